/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Rows of the kernel's lists as bpf/lists.bpf.c and bpf/walk.bpf.c write them and src/kernel reads them, in one
 * program: no versions. Host byte order unless a field says otherwise.
 */
#ifndef NETSTATE_WIRE_LIST_H
#define NETSTATE_WIRE_LIST_H

#include "netstate/wire.h"

/* struct wire_listed.form */
#define WIRE_LISTED_SOCKET 0
#define WIRE_LISTED_REQUEST 1	/* half open */
#define WIRE_LISTED_TIME_WAIT 2 /* time-wait minisocket */

/* struct wire_listed.facts */
#define WIRE_LISTED_HAS_DETAILS 1 /* what lies far apart in the kernel was read */
#define WIRE_LISTED_AUTOBOUND 2	  /* bind() gave no local port: the kernel chose it */
#define WIRE_LISTED_KEEPALIVE 4	  /* SO_KEEPALIVE */
#define WIRE_LISTED_WINDOW_WAIT 8 /* data waits for the peer's window */
#define WIRE_LISTED_RETRANSMIT 16 /* the retransmission timer runs, or the loss probe's */
#define WIRE_LISTED_PROBE 32	  /* the zero window probe timer runs */
#define WIRE_LISTED_USEC_TS 64	  /* retrans_stamp counts microseconds */

/* struct wire_listed.holding: what keeps the socket; numbers as enum connection_holding */
#define WIRE_HOLDING_UNKNOWN 0
#define WIRE_HOLDING_FILE 1
#define WIRE_HOLDING_QUEUE 2 /* of its listener, before accept */
#define WIRE_HOLDING_NONE 3  /* orphaned */

/* iter/tcp: one a socket, of the reader's network namespace. The walk: of every one. */
struct wire_listed {
	__u64 ktime_ns;
	struct wire_sock sock; /* no owner */
	__u32 bucket;	       /* of the kernel's hash table; only the walk tells it */
	__u32 heard_ticks;     /* jiffies since the last acknowledgement came in */
	__u64 listener;	       /* cookie of a request's listener */
	__u64 inode;
	__u64 bytes_sent;
	__u64 bytes_received;
	__s64 ticks_left; /* of a time-wait minisocket, in jiffies */
	__u32 recv_queue;
	__u32 send_queue;
	__u32 rtt_us;
	__u32 retransmits;
	__u8 state; /* the substate of time-wait minisockets */
	__u8 form;  /* WIRE_LISTED_* */
	__u8 retries;
	__u8 facts;   /* WIRE_LISTED_HAS_*, WIRE_LISTED_AUTOBOUND */
	__u32 mark;   /* SO_MARK */
	__u32 device; /* index of the device that it is bound to; 0: none */
	__u8 holding; /* WIRE_HOLDING_*, of full sockets */
	/* from here on details of open connections alone; times in jiffies */
	__u8 keep_probes; /* keepalive: how many may stay unanswered */
	__u8 probes_out;  /* that are */
	__u8 retry_limit; /* tcp_syn_retries, tcp_retries2 or tcp_orphan_retries, as the state has it */
	__u32 keep_idle, keep_interval;
	__u32 sent_ticks, received_ticks; /* since data was sent, was received */
	__u32 window_ticks;		  /* since data waits for the peer's window */
	__u32 snd_wnd, rcv_wnd;		  /* bytes that the peer, that this host takes */
	__u32 unacked;			  /* sequence numbers sent and not acknowledged */
	__s32 timer_ticks;		  /* until the retransmission or probe timer fires */
	__u32 rto, rto_max;
	__u32 retrans_stamp; /* ms or us: the hang began */
	__u32 user_timeout;  /* ms */
	__u8 linear;	     /* SYN: retries before the timeout doubles */
	__u8 sharing;	     /* WIRE_SHARING_*; the walk's details alone */
	__u16 jiffies;	     /* with timer_ticks: when that was read, modulo 2^16 */
};

/* struct wire_holder.kind */
#define WIRE_HOLDER_SOCKET 0
#define WIRE_HOLDER_NAMESPACE 1 /* a descriptor of the namespace `netns` */

/* iter/task_file: one a descriptor that leads to a TCP socket, in any network namespace. */
struct wire_holder {
	__u64 cookie;
	__u64 sock;
	__u32 netns;
	__u32 pid;
	__u32 uid;
	__u32 fd;
	__u8 comm[WIRE_COMM_SIZE];
	__u8 kind;
	__u8 pad[7];
};

/* Sockets whose holders one scan may look for. */
#define WIRE_WANTED_MAX 65536

/* iter/task: one a task. */
struct wire_task {
	__u32 pid;
	__u32 tid;
	__u32 netns;
	__u32 pad;
};

_Static_assert(sizeof(struct wire_task) == 16, "wire_task");
_Static_assert(sizeof(struct wire_listed) == 240, "wire_listed");
_Static_assert(sizeof(struct wire_holder) == 56, "wire_holder");

#endif
