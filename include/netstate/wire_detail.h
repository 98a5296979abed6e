/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One TCP socket with its timers, windows and sequence numbers, as bpf/detail_read.bpf.h writes it and
 * src/kernel/detail_row.c reads it, in one program: no versions. Host byte order unless a field
 * says otherwise. Fields of a socket are 0 in the record of a minisocket, but rcv_nxt, snd_una.
 */
#ifndef NETSTATE_WIRE_DETAIL_H
#define NETSTATE_WIRE_DETAIL_H

#include "netstate/wire.h"

/* struct wire_detail.form */
#define WIRE_DETAIL_SOCKET 0
#define WIRE_DETAIL_REQUEST 1	/* half open */
#define WIRE_DETAIL_TIME_WAIT 2 /* time-wait minisocket */

/* struct wire_detail.flags */
#define WIRE_DETAIL_DEAD 1	     /* SOCK_DEAD: orphaned, the kernel closes it by itself */
#define WIRE_DETAIL_KEEPALIVE 2	     /* SO_KEEPALIVE */
#define WIRE_DETAIL_HAS_SOCKET 4     /* sk_socket: not in an accept queue, not orphaned */
#define WIRE_DETAIL_HAS_FILE 8	     /* and a file leads to it */
#define WIRE_DETAIL_RETRANSMIT 16    /* the retransmission timer runs, or the loss probe's */
#define WIRE_DETAIL_PROBE 32	     /* the zero window probe timer runs */
#define WIRE_DETAIL_MTU_PROBING 64   /* icsk_mtup.enabled */
#define WIRE_DETAIL_RWND_LIMITED 128 /* chrono: the peer's window is what data waits for */
#define WIRE_DETAIL_SNDBUF_LIMITED 256
#define WIRE_DETAIL_KEEP_TIMER 512 /* sk_timer runs: keepalive or FIN_WAIT2 */
#define WIRE_DETAIL_ACKED 1024	   /* request: the handshake is done, TCP_DEFER_ACCEPT waits */
#define WIRE_DETAIL_REUSEPORT 2048
#define WIRE_DETAIL_USEC_TS 4096     /* retrans_stamp counts microseconds */
#define WIRE_DETAIL_READS_NOTED 8192 /* read_us is kept up to date: a round trip was measured */

struct wire_detail {
	__u64 ktime_ns;	       /* when it was read */
	struct wire_sock sock; /* no owner */
	__u32 bucket;	       /* of the kernel's hash table; only the walk tells it */
	__u32 uid;
	__u64 jiffies; /* when it was read */
	__u64 inode;
	__u64 listener;	  /* cookie of a request's listener */
	__u64 timer;	  /* jiffies: retransmission, probe; of a minisocket its end */
	__u64 keep_timer; /* jiffies */
	__u64 bytes_sent;
	__u64 bytes_acked;
	__u64 bytes_received;
	__u64 read_us; /* CLOCK_MONOTONIC: established, or the application read last */
	__u32 rcv_nxt, copied_seq;
	__u32 snd_una, snd_nxt, write_seq;
	__u32 snd_wnd, rcv_wnd, rcv_wup;
	__u32 mss, cwnd, rtt_us; /* smoothed, eighths */
	__u32 rto;		 /* jiffies */
	__u32 packets_out, lost_out, retrans_out, total_retrans;
	__u32 sent_stamp, received_stamp, heard_stamp; /* jiffies: data out, data in, ACK in */
	__u32 chrono_start;			       /* jiffies */
	__u32 retrans_stamp;			       /* ms or us: the hang began; 0: none */
	__u32 user_timeout;			       /* ms */
	__u32 keep_time, keep_interval;		       /* jiffies; 0: the namespace's */
	__u32 drops;
	__u32 rcvbuf, sndbuf, rmem, wmem;
	__u32 backlog, backlog_max; /* LISTEN: accept queue */
	__u32 requests;		    /* LISTEN: half open */
	__u32 pmtu;
	__s32 err_soft;
	__s32 linger2;
	__u16 flags;
	__u8 state; /* the substate of time-wait minisockets */
	__u8 form;
	__u8 retransmits, backoff, probes_out, keep_probes;
	__u8 defer_accept, shutdown;
	__u8 pad[2];
};

_Static_assert(sizeof(struct wire_detail) == 336, "wire_detail has no holes");

#endif
