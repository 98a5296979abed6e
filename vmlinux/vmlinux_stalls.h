/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's types and fields that the stall hooks read beyond vmlinux.h. Names with ___stall are flavours: the
 * kernel's type without the suffix, with the fields that matter here.
 */
#ifndef VMLINUX_STALLS_H
#define VMLINUX_STALLS_H

#include "vmlinux.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next;
};

struct rb_node {
	struct rb_node *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

typedef struct {
	int counter;
} atomic_t;

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

struct netns_ipv4___stall {
	__u8 sysctl_tcp_syn_retries; /* 5.10: int */
	__u8 sysctl_tcp_syn_linear_timeouts; /* from 6.5 */
};

struct net___stall {
	struct ns_common ns;
	struct netns_ipv4___stall ipv4;
};

struct net_device {
	int ifindex;
	possible_net_t nd_net;
};

struct dst_entry {
	int (*input)(void *skb);
};

struct sk_buff;

struct sk_buff_head {
	struct sk_buff *next;
};

struct sock___stall {
	atomic_t sk_drops;
	struct sk_buff_head sk_error_queue;
	int sk_err_soft;
	union {
		struct rb_root tcp_rtx_queue;
	};
	__u32 sk_ack_backlog;
	__u32 sk_max_ack_backlog;
};

/* from 6.19 the retransmission timer is struct sock's */
struct sock___timer {
	struct timer_list tcp_retransmit_timer;
};

struct sk_buff {
	union {
		struct {
			struct net_device *dev;
		};
	};
	struct sock *sk;
	char cb[48];
	union {
		struct {
			unsigned long _skb_refdst;
		};
	};
	unsigned int len;
	unsigned int data_len;
	__u8 fclone: 2;
	int skb_iif;
	__be16 protocol;
	__u16 network_header;
	unsigned char *head;
	unsigned char *data;
};

struct sk_buff_fclones {
	struct sk_buff skb2;
	refcount_t fclone_ref;
};

struct sock_extended_err {
	__u8 ee_origin;
	__u8 ee_type;
	__u8 ee_code;
};

struct sock_exterr_skb {
	struct sock_extended_err ee;
};

struct request_sock_queue {
	atomic_t qlen;
};

struct inet_connection_sock___stall {
	struct request_sock_queue icsk_accept_queue;
	__u32 icsk_rto;
	__u8 icsk_retransmits;
	__u8 icsk_backoff;
	__u8 icsk_syn_retries;
	__u32 icsk_user_timeout;
};

struct inet_connection_sock___timer {
	struct timer_list icsk_retransmit_timer;
};

struct tcp_sock___stall {
	struct list_head tsorted_sent_queue;
	__u32 snd_una;
	__u32 srtt_us;
	__u32 retrans_stamp;
	__u32 total_retrans;
};

struct sock_common___listener {
	union {
		struct sock *skc_listener;
	};
};

struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
};

#pragma clang attribute pop

#endif
