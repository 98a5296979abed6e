/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's types and fields that netstate reads, and no others. Offsets do not matter: libbpf
 * relocates each access to the running kernel's BTF (CO-RE). `vmlinux/check` holds every field here
 * against a given BTF. A name with ___suffix is a flavour: the type as it is on some kernels.
 */
#ifndef VMLINUX_H
#define VMLINUX_H
#define __VMLINUX_H__ /* tells bpf_tracing.h that pt_regs is the kernel's */

#include <linux/types.h>
#include <linux/bpf.h>

#ifndef __cplusplus
typedef _Bool bool;
#endif
enum { false = 0, true = 1 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct hlist_nulls_node {
	struct hlist_nulls_node *next;
};

struct hlist_nulls_head {
	struct hlist_nulls_node *first;
};

struct ns_common {
	unsigned int inum;
};

struct inet_ehash_bucket {
	struct hlist_nulls_head chain;
};

struct inet_hashinfo {
	struct inet_ehash_bucket *ehash;
	unsigned int ehash_mask;
};

struct inet_timewait_death_row {
	struct inet_hashinfo *hashinfo;
};

struct netns_ipv4 {
	struct inet_timewait_death_row tcp_death_row;
};

struct net {
	struct ns_common ns;
	struct netns_ipv4 ipv4;
};

typedef struct {
	struct net *net;
} possible_net_t;

typedef struct {
	__s64 counter;
} atomic64_t;

struct in6_addr {
	union {
		__u32 u6_addr32[4];
	} in6_u;
};

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
	unsigned char skc_reuseport : 1;
	unsigned char skc_ipv6only : 1;
	int skc_bound_dev_if;
	struct proto *skc_prot;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
	union {
		long unsigned int skc_flags;
		struct sock *skc_listener; /* of request sockets */
	};
	union {
		struct hlist_nulls_node skc_nulls_node;
	};
};

struct kernfs_node {
	struct kernfs_node *__parent;
	__u64 id;
};

struct kernfs_node___before_6_15 {
	struct kernfs_node *parent;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct sock_cgroup_data {
	struct cgroup *cgroup;
};

/* 5.10: one word, a cgroup's address unless its lowest bit is set */
struct sock_cgroup_data___word {
	__u64 val;
};

typedef struct {
	__u32 val;
} kuid_t;

struct socket;

struct sock {
	struct sock_common __sk_common;
	int sk_err;
	struct socket *sk_socket;
	kuid_t sk_uid;
	__u16 sk_protocol;
	__u16 sk_type;
	__u8 sk_shutdown;
	__u32 sk_ack_backlog;
	__u32 sk_max_ack_backlog;
	struct sock_cgroup_data sk_cgrp_data;
};

struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	__u8 icsk_retransmits;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	bool is_mptcp;
	__u32 copied_seq;
	__u32 rcv_nxt;
	__u32 rcv_tstamp; /* jiffies */
	__u32 write_seq;
	__u32 snd_una;
	__u32 srtt_us; /* eighths */
	__u32 total_retrans;
	__u64 bytes_received;
	__u64 bytes_sent;
};

struct timer_list {
	long unsigned int expires;
};

struct request_sock {
	struct sock_common __req_common;
	__u8 num_retrans;
	__u8 num_timeout : 7;
};

struct inet_request_sock {
	struct request_sock req;
};

struct tcp_request_sock {
	struct inet_request_sock req;
};

struct mptcp_sock {
	struct sock *first;
};

struct inet_timewait_sock {
	struct sock_common __tw_common;
	volatile unsigned char tw_substate;
	struct timer_list tw_timer;
};

struct tcp_timewait_sock {
	struct inet_timewait_sock tw_sk;
};

struct super_block {
	long unsigned int s_magic;
};

struct inode {
	struct super_block *i_sb;
	long unsigned int i_ino;
};

struct file {
	void *private_data;
	struct inode *f_inode;
};

struct socket {
	struct file *file;
	struct sock *sk;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct nsproxy {
	struct net *net_ns;
};

struct task_struct {
	unsigned int flags;
	int pid;
	int tgid;
	struct nsproxy *nsproxy;
	char comm[16];
	struct task_struct *group_leader;
	struct files_struct *files;
	const struct cred *cred;
};

struct cred {
	kuid_t uid;
};

/* registers at a system call's entry */
#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	long unsigned int si;
	long unsigned int di;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31];
};

struct pt_regs {
	__u64 orig_x0;
};
#endif

/* classic syscall tracepoints */
struct trace_event_raw_sys_enter {
	long int id;
	long unsigned int args[6];
};

struct trace_event_raw_sys_exit {
	long int id;
	long int ret;
};

/* io_uring */
struct io_ring_ctx;

struct io_cqe {
	__u64 user_data;
	union {
		int fd;
	};
};

struct io_cmd_data {
	__u8 data[56];
};

struct io_kiocb {
	union {
		struct file *file;
		struct io_cmd_data cmd;
	};
	__u8 opcode;
	__u64 flags;
	struct io_cqe cqe;
	struct io_ring_ctx *ctx;
};

struct io_connect {
	void *addr;
};

struct io_uring_cqe {
	__u64 user_data;
	__s32 res;
};

struct io_accept {
	__u32 file_slot;
};

/* the ring's own table of files, 6.13 */
struct io_rsrc_node {
	unsigned long file_ptr;
};

struct io_rsrc_data {
	unsigned int nr;
	struct io_rsrc_node **nodes;
};

struct io_file_table {
	struct io_rsrc_data data;
};

struct io_ring_ctx {
	struct io_file_table file_table;
};

/* until 6.12 */
struct io_fixed_file___before_6_13 {
	unsigned long file_ptr;
};

struct io_file_table___before_6_13 {
	struct io_fixed_file___before_6_13 *files;
};

struct io_ring_ctx___before_6_13 {
	unsigned int nr_user_files;
	struct io_file_table___before_6_13 file_table;
};

/* iterators */
struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id;
};

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
	__u32 uid;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

#pragma clang attribute pop

#endif
