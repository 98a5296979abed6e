/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's types and fields that the stall hooks read beyond vmlinux.h. Names with ___stall are
 * flavours: the kernel's type without the suffix, with the fields that matter here.
 */
#ifndef VMLINUX_STALLS_H
#define VMLINUX_STALLS_H

#include "vmlinux.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head___stall {
	struct list_head___stall *next;
};

struct rb_node___stall {
	struct rb_node___stall *rb_left;
};

struct rb_root___stall {
	struct rb_node___stall *rb_node;
};

struct timer_list___stall {
	unsigned long expires;
};

struct atomic___stall {
	int counter;
};

struct refcount_struct___stall {
	struct atomic___stall refs;
};

struct netns_ipv4___stall {
	__u8 sysctl_tcp_syn_retries;	     /* 5.10: int */
	__u8 sysctl_tcp_syn_linear_timeouts; /* from 6.5 */
};

struct net___stall {
	struct ns_common ns;
	struct netns_ipv4___stall ipv4;
};

struct net_device___stall {
	int ifindex;
	possible_net_t nd_net;
};

struct dst_entry___stall {
	struct net_device___stall *dev;
	int (*input)(void *skb);
};

struct sk_buff___stall;

struct sk_buff_head___stall {
	struct sk_buff___stall *next;
};

struct sock___stall {
	struct atomic___stall sk_drops;
	struct sk_buff_head___stall sk_error_queue;
	int sk_err_soft;
	union {
		struct rb_root___stall tcp_rtx_queue;
	};
	__u32 sk_ack_backlog;
	__u32 sk_max_ack_backlog;
};

/* from 6.19 the retransmission timer is struct sock's */
struct sock___timer {
	struct timer_list___stall tcp_retransmit_timer;
};

struct sk_buff___stall {
	union {
		struct {
			struct net_device___stall *dev;
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
	__u8 fclone : 2;
	int skb_iif;
	__be16 protocol;
	__u16 network_header;
	unsigned char *head;
	unsigned char *data;
};

struct sk_buff_fclones___stall {
	struct sk_buff___stall skb2;
	struct refcount_struct___stall fclone_ref;
};

struct sock_extended_err___stall {
	__u8 ee_origin;
	__u8 ee_type;
	__u8 ee_code;
};

struct sock_exterr_skb___stall {
	struct sock_extended_err___stall ee;
};

struct request_sock_queue___stall {
	struct atomic___stall qlen;
};

struct inet_connection_sock___stall {
	struct request_sock_queue___stall icsk_accept_queue;
	__u32 icsk_rto;
	__u8 icsk_retransmits;
	__u8 icsk_backoff;
	__u8 icsk_syn_retries;
	__u32 icsk_user_timeout;
};

struct inet_connection_sock___timer {
	struct timer_list___stall icsk_retransmit_timer;
};

struct tcp_sock___stall {
	struct list_head___stall tsorted_sent_queue;
	__u32 snd_una;
	__u32 snd_nxt;
	__u32 srtt_us;
	__u32 retrans_stamp;
	__u32 total_retrans;
};

struct request_sock___stall {
	struct sock_common __req_common;
	__u8 num_retrans;
	__u8 num_timeout : 7;
};

struct tcp_request_sock___stall {
	__u64 snt_synack; /* us, CLOCK_MONOTONIC; 0: none was sent yet */
};

struct sock_common___listener {
	union {
		struct sock *skc_listener;
	};
};

struct inode___stall {
	unsigned long i_ino;
};

struct socket_alloc___stall {
	struct socket socket;
	struct inode___stall vfs_inode;
};

#pragma clang attribute pop

#endif
