/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lists, counters, network namespaces and their hash tables. A part of vmlinux.h. */
#ifndef VMLINUX_LISTS_H
#define VMLINUX_LISTS_H

struct hlist_node {
	struct hlist_node **pprev; /* NULL: in no list */
};

struct hlist_head {
	struct hlist_node *first;
};

struct hlist_nulls_node {
	struct hlist_nulls_node *next, **pprev;
};

struct hlist_nulls_head {
	struct hlist_nulls_node *first;
};

struct list_head {
	struct list_head *next, *prev;
};

/* Begins with a scalar of 8 bytes: how a typed load reads a word that is no pointer to follow. */
struct rb_node {
	long unsigned int __rb_parent_color;
	struct rb_node *rb_right;
};

struct rb_root {
	struct rb_node *rb_node;
};

typedef struct {
	int counter;
} atomic_t;

struct refcount_struct {
	atomic_t refs;
};

struct ns_common {
	unsigned int inum;
};

struct inet_ehash_bucket {
	struct hlist_nulls_head chain;
};

struct inet_listen_hashbucket {
	struct hlist_nulls_head nulls_head;
};

struct inet_bind_hashbucket {
	struct hlist_head chain;
};

struct inet_bind_bucket {
	short unsigned int port;
	signed char fastreuse; /* negative: connect() alone chose this port for its sockets */
	signed char fastreuseport;
	struct hlist_node node;
};

struct inet_bind_bucket___before_6_8 {
	struct hlist_head owners;
};

/* by port, then by address */
struct inet_bind_bucket___since_6_8 {
	struct hlist_head bhash2;
};

struct inet_bind2_bucket___since_6_8 {
	short unsigned int port;
	struct hlist_node bhash_node;
	struct hlist_head owners;
};

struct inet_hashinfo {
	struct inet_bind_hashbucket *bhash;
	unsigned int bhash_size;
	struct inet_ehash_bucket *ehash;
	unsigned int ehash_mask;
	struct inet_listen_hashbucket *lhash2;
	unsigned int lhash2_mask;
};

/* listeners by port alone */
struct inet_hashinfo___before_5_18 {
	struct inet_listen_hashbucket listening_hash[32];
};

struct inet_timewait_death_row {
	struct inet_hashinfo *hashinfo;
};

struct netns_ipv4 {
	struct inet_timewait_death_row tcp_death_row;
	__u8 sysctl_tcp_syn_retries;				   /* 5.10: int */
	__u8 sysctl_tcp_syn_linear_timeouts;			   /* from 6.5 */
	__u8 sysctl_tcp_syncookies;				   /* 5.10: int */
	__u8 sysctl_tcp_keepalive_probes;			   /* 5.10: int */
	int sysctl_tcp_keepalive_time, sysctl_tcp_keepalive_intvl; /* jiffies */
	int sysctl_max_syn_backlog;
	__u8 sysctl_tcp_retries2;	/* 5.10: int */
	__u8 sysctl_tcp_orphan_retries; /* 5.10: int */
};

struct net {
	struct list_head list;
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

#endif
