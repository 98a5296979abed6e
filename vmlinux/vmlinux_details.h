/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Fields that only bpf/details.bpf.c reads: flavours of the types of vmlinux.h. */
#ifndef VMLINUX_DETAILS_H
#define VMLINUX_DETAILS_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t___detail;

struct hlist_node___detail {
	void *next;
	void **pprev;
};

struct timer_list___detail {
	struct hlist_node___detail entry;
	long unsigned int expires;
};

struct sock___detail {
	struct sock_common __sk_common;
	atomic_t___detail sk_drops;
	struct {
		atomic_t___detail rmem_alloc;
	} sk_backlog;
	int sk_rcvbuf;
	int sk_sndbuf;
	int sk_wmem_queued;
	int sk_err_soft;
	struct timer_list___detail sk_timer;
};

/* where the retransmission timer went later than 6.18 */
struct sock___timer_moved {
	struct timer_list___detail tcp_retransmit_timer;
};

struct request_sock_queue___detail {
	__u8 rskq_defer_accept;
	atomic_t___detail qlen;
};

/* until the time-out was read from the timer itself */
struct inet_connection_sock___timeout {
	long unsigned int icsk_timeout;
};

struct inet_connection_sock___timer_here {
	struct timer_list___detail icsk_retransmit_timer;
};

struct inet_connection_sock___detail {
	struct request_sock_queue___detail icsk_accept_queue;
	__u32 icsk_rto;
	__u32 icsk_pmtu_cookie;
	__u8 icsk_pending;
	__u8 icsk_backoff;
	__u8 icsk_probes_out;
	struct {
		__u32 lrcvtime;
	} icsk_ack;
	struct {
		__u32 enabled : 1;
	} icsk_mtup;
	__u32 icsk_user_timeout;
};

struct tcp_sock___detail {
	__u32 snd_wnd;
	__u32 mss_cache;
	__u32 snd_cwnd;
	__u32 lost_out;
	__u32 retrans_out;
	__u32 chrono_start;
	__u8 chrono_type : 2;
	__u32 lsndtime;
	__u32 snd_nxt;
	__u32 packets_out;
	__u32 rcv_wnd;
	__u32 rcv_wup;
	__u64 bytes_acked;
	struct {
		__u32 rtt_us;
	} rcv_rtt_est;
	struct {
		__u64 time;
	} rcvq_space;
	__u8 keepalive_probes;
	__u32 retrans_stamp;
	unsigned int keepalive_time;
	unsigned int keepalive_intvl;
	int linger2;
};

/* 6.7 */
struct tcp_sock___usec_ts {
	__u8 tcp_usec_ts : 1;
};

struct inet_request_sock___detail {
	__u16 acked : 1;
};

#pragma clang attribute pop

#endif
