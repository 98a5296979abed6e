/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's types as bpf/walk.bpf.c and bpf/lists.bpf.c read them beyond vmlinux.h: flavours
 * (___walk), the kernel's type without the suffix, with the fields that matter here.
 */
#ifndef VMLINUX_WALK_H
#define VMLINUX_WALK_H

#include "vmlinux.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Begins with a scalar of 8 bytes: how a typed load reads a word that is no pointer to follow. */
struct rb_node {
	long unsigned int __rb_parent_color;
};

struct list_head___walk {
	struct list_head___walk *next, *prev;
};

struct inet_ehash_bucket___walk {
	struct hlist_nulls_head chain;
};

struct inet_listen_hashbucket___walk {
	struct hlist_nulls_head nulls_head;
};

struct inet_hashinfo___walk {
	struct inet_ehash_bucket___walk *ehash;
	unsigned int ehash_mask;
	struct inet_listen_hashbucket___walk *lhash2;
	unsigned int lhash2_mask;
};

/* until 5.18: listeners by port alone */
struct inet_hashinfo___port {
	struct inet_listen_hashbucket___walk listening_hash[32];
};

struct inet_timewait_death_row___walk {
	struct inet_hashinfo___walk *hashinfo;
};

struct netns_ipv4___walk {
	struct inet_timewait_death_row___walk tcp_death_row;
};

struct net___walk {
	struct list_head___walk list;
	struct ns_common ns;
	struct netns_ipv4___walk ipv4;
};

struct nsproxy___walk {
	struct net___walk *net_ns;
};

struct task_struct___walk {
	int pid;
	struct task_struct___walk *real_parent;
	struct nsproxy___walk *nsproxy;
};

struct proto___walk {
	union {
		struct inet_hashinfo___walk *hashinfo;
	} h;
};

struct atomic___walk {
	int counter;
};

struct refcount_struct___walk {
	struct atomic___walk refs;
};

struct hlist_nulls_node___walk {
	struct hlist_nulls_node___walk *next, **pprev;
};

struct sock_common___walk {
	unsigned int skc_hash;
	short unsigned int skc_num;
	volatile unsigned char skc_state;
	struct proto___walk *skc_prot;
	possible_net_t skc_net;
	atomic64_t skc_cookie;
	struct hlist_nulls_node___walk skc_nulls_node;
	struct refcount_struct___walk skc_refcnt;
};

struct sock___walk {
	struct socket *sk_socket;
	__u32 sk_mark;
};

/* since 6.17 */
struct sock___inode_number {
	long unsigned int sk_ino;
};

struct socket_alloc___walk {
	struct inode vfs_inode;
};

#pragma clang attribute pop

#endif
