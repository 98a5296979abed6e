/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets: full, requests, TIME_WAIT. A part of vmlinux.h. */
#ifndef VMLINUX_SOCKETS_H
#define VMLINUX_SOCKETS_H

struct proto {
	union {
		struct inet_hashinfo *hashinfo;
	} h;
};

struct sock_common {
	union {
		struct {
			__be32 skc_daddr;
			__be32 skc_rcv_saddr;
		};
	};
	union {
		unsigned int skc_hash;
	};
	union {
		struct {
			__be16 skc_dport;
			__u16 skc_num;
		};
	};
	short unsigned int skc_family;
	volatile unsigned char skc_state;
	unsigned char skc_reuse : 4;
	unsigned char skc_reuseport : 1;
	unsigned char skc_ipv6only : 1;
	int skc_bound_dev_if;
	union {
		struct hlist_node skc_bind_node;
	};
	struct proto *skc_prot;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;	  /* CONFIG_IPV6 */
	struct in6_addr skc_v6_rcv_saddr; /* CONFIG_IPV6 */
	atomic64_t skc_cookie;
	union {
		long unsigned int skc_flags;
		struct sock *skc_listener; /* of request sockets */
	};
	union {
		struct hlist_nulls_node skc_nulls_node;
	};
	struct refcount_struct skc_refcnt;
	union {
		__u32 skc_tw_rcv_nxt; /* of time-wait minisockets */
	};
	union {
		__u32 skc_tw_snd_nxt; /* of time-wait minisockets */
	};
};

struct kernfs_node {
	struct kernfs_node *__parent; /* from 6.15 */
	__u64 id;
};

struct kernfs_node___before_6_15 {
	struct kernfs_node *parent;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct sock_cgroup_data {
	struct cgroup *cgroup; /* from 5.15 */
};

/* one word, a cgroup's address unless its lowest bit is set */
struct sock_cgroup_data___before_5_15 {
	__u64 val;
};

typedef struct {
	__u32 val;
} kuid_t;

struct socket;

struct timer_list {
	struct hlist_node entry;
	long unsigned int expires;
};

struct sk_buff;
struct dst_entry;

struct sk_buff_head {
	struct sk_buff *next;
};

typedef struct {
	int owned;
} socket_lock_t;

struct sock {
	struct sock_common __sk_common;
	socket_lock_t sk_lock;
	atomic_t sk_drops;
	struct {
		atomic_t rmem_alloc;
	} sk_backlog;
	struct sk_buff_head sk_error_queue;
	union {
		struct rb_root tcp_rtx_queue;
	};
	int sk_err;
	int sk_err_soft;
	__u32 sk_mark;
	struct dst_entry *sk_dst_cache;
	__u8 sk_userlocks : 4; /* SOCK_*_LOCK */
	int sk_rcvbuf;
	int sk_sndbuf;
	int sk_wmem_queued;
	struct socket *sk_socket;
	kuid_t sk_uid;
	__u16 sk_protocol;
	__u16 sk_type;
	__u8 sk_shutdown;
	__u32 sk_ack_backlog;
	__u32 sk_max_ack_backlog;
	struct sock_cgroup_data sk_cgrp_data;
};

struct sock___before_6_19 {
	struct timer_list sk_timer; /* keepalive */
};

struct sock___from_6_19 {
	struct timer_list tcp_retransmit_timer;
};

struct sock___from_6_17 {
	long unsigned int sk_ino;
};

struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};

struct request_sock_queue {
	__u8 rskq_defer_accept;
	atomic_t qlen;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	struct request_sock_queue icsk_accept_queue;
	struct inet_bind_bucket *icsk_bind_hash;
	struct {
		__u32 lrcvtime;
	} icsk_ack;
	struct {
		__u32 enabled : 1;
	} icsk_mtup;
	__u32 icsk_rto;
	__u32 icsk_pmtu_cookie;
	__u32 icsk_user_timeout;
	__u32 icsk_rto_max; /* from 6.15 */
	__u8 icsk_retransmits;
	__u8 icsk_backoff;
	__u8 icsk_syn_retries;
	__u8 icsk_pending;
	__u8 icsk_probes_out;
};

struct inet_connection_sock___before_6_18 {
	long unsigned int icsk_timeout;
};

struct inet_connection_sock___6_18 {
	struct timer_list icsk_retransmit_timer;
};

struct inet_connection_sock___from_6_19 {
	struct timer_list icsk_keepalive_timer;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	struct list_head tsorted_sent_queue;
	struct {
		__u32 rtt_us;
	} rcv_rtt_est;
	struct {
		__u64 time;
	} rcvq_space;
	bool is_mptcp; /* CONFIG_MPTCP */
	__u8 chrono_type : 2;
	__u8 tcp_usec_ts : 1; /* from 6.7 */
	__u8 syn_fastopen : 1;
	__u8 keepalive_probes;
	unsigned int keepalive_time;
	unsigned int keepalive_intvl;
	int linger2;
	__u32 chrono_start;
	__u32 lsndtime;
	__u32 snd_wnd;
	__u32 snd_cwnd;
	__u32 mss_cache;
	__u32 packets_out;
	__u32 lost_out;
	__u32 retrans_out;
	__u32 rcv_wnd;
	__u32 rcv_wup;
	__u64 bytes_acked;
	__u32 copied_seq;
	__u32 rcv_nxt;
	__u32 rcv_tstamp; /* jiffies */
	__u32 write_seq;
	__u32 snd_una;
	__u32 snd_nxt;
	__u32 srtt_us; /* eighths */
	__u32 retrans_stamp;
	__u32 total_retrans;
	__u64 bytes_received;
	__u64 bytes_sent;
};

struct request_sock {
	struct sock_common __req_common;
	struct timer_list rsk_timer;
	__u8 num_retrans;
	__u8 num_timeout : 7;
};

struct inet_request_sock {
	struct request_sock req;
	__u16 acked : 1;
};

struct tcp_request_sock {
	struct inet_request_sock req;
	__u64 snt_synack; /* us, CLOCK_MONOTONIC; 0: none was sent yet */
	__u32 snt_isn;
	__u32 rcv_nxt;
};

struct mptcp_sock {
	struct sock *first; /* CONFIG_MPTCP */
};

struct inet_timewait_sock {
	struct sock_common __tw_common;
	volatile unsigned char tw_substate;
	struct timer_list tw_timer;
	struct inet_bind_bucket *tw_tb;
};

struct tcp_timewait_sock {
	struct inet_timewait_sock tw_sk;
};

#endif
