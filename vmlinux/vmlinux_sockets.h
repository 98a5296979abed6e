/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's types as bpf/sockets.bpf.c reads them: flavours (___row), so that they stand beside
 * those of vmlinux.h. Flavours with a version are the same thing as other kernels have it.
 */
#ifndef VMLINUX_SOCKETS_H
#define VMLINUX_SOCKETS_H

#include "vmlinux.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct hlist_node___row {
	struct hlist_node___row **pprev;
};

struct timer_list___row {
	struct hlist_node___row entry;
	long unsigned int expires;
};

struct sock___row {
	struct sock_common __sk_common;
	struct socket *sk_socket;
	__u32 sk_ack_backlog;
};

/* until 6.18 */
struct sock___timer {
	struct timer_list___row sk_timer;
};

/* since 6.17 */
struct sock___ino {
	long unsigned int sk_ino;
};

/* since 6.19 */
struct sock___619 {
	struct timer_list___row tcp_retransmit_timer;
};

struct inet_sock___row {
	struct sock___row sk;
	__be16 inet_sport;
};

struct inet_connection_sock___row {
	struct inet_sock___row icsk_inet;
	__u8 icsk_retransmits;
	__u8 icsk_pending;
	__u8 icsk_probes_out;
};

/* until 6.17 */
struct inet_connection_sock___timeout {
	long unsigned int icsk_timeout;
};

/* 6.18 */
struct inet_connection_sock___timer {
	struct timer_list___row icsk_retransmit_timer;
};

/* since 6.19 */
struct inet_connection_sock___619 {
	struct timer_list___row icsk_keepalive_timer;
};

struct tcp_sock___row {
	struct inet_connection_sock___row inet_conn;
	__u32 copied_seq;
	__u32 rcv_nxt;
	__u32 write_seq;
	__u32 snd_una;
};

struct request_sock___row {
	__u8 num_timeout : 7;
	struct timer_list___row rsk_timer;
};

struct inode___row {
	long unsigned int i_ino;
};

struct socket_alloc {
	struct inode___row vfs_inode;
};

#pragma clang attribute pop

#endif
