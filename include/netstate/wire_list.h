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

/* struct wire_listed.holding: what keeps the socket; numbers as enum connection_holding */
#define WIRE_HOLDING_UNKNOWN 0
#define WIRE_HOLDING_FILE 1
#define WIRE_HOLDING_QUEUE 2 /* of its listener, before accept */
#define WIRE_HOLDING_NONE 3  /* orphaned */

/* iter/tcp: one a socket, of the reader's network namespace. The walk: of every one. */
struct wire_listed {
	__u64 ktime_ns;
	struct wire_sock sock; /* no owner */
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
	__u8 facts;	   /* WIRE_LISTED_HAS_*, WIRE_LISTED_AUTOBOUND */
	__u32 quiet_ticks; /* jiffies since the last acknowledgement came in */
	__u32 mark;	   /* SO_MARK */
	__u32 device;	   /* index of the device that it is bound to; 0: none */
	__u32 bucket;	   /* of the kernel's hash table; only the walk tells it */
	__u8 holding;	   /* WIRE_HOLDING_*, of full sockets */
	__u8 zero[3];
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
_Static_assert(sizeof(struct wire_listed) == 184, "wire_listed");
_Static_assert(sizeof(struct wire_holder) == 56, "wire_holder");

#endif
