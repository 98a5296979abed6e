/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the walk is, and the table that it is in. */
#ifndef BPF_WALK_PLACE_BPF_H
#define BPF_WALK_PLACE_BPF_H

#include "walk_tables.bpf.h"

#define RESTARTS_PAUSE 15		/* a mask: the run ends after so many of one bucket */
#define RESTARTS_MAX 255		/* of one bucket */
#define LISTENING_NULLS_BASE (1U << 29) /* include/net/inet_hashtables.h */

struct wire_walk_request request;
struct wire_walk_answer answer;

/* Where the walk is. `table`: 0 listeners, 1 the shared table, from 2 on nets[table - 2]'s own. */
struct {
	__u32 table;
	__u32 bucket;
	__u64 node;  /* to be read next; 0: the bucket is not entered yet */
	__u64 first; /* of the bucket, when it was entered */
	__u32 begin; /* rows before this bucket's */
	__u32 restarts;
	bool disturbed;
	bool pause;   /* who moves things in this bucket needs time: the run ends */
	bool carried; /* rows of this bucket were left by an earlier run */
} place;

/* The table that is walked in this run. */
struct {
	__u64 heads; /* 0: it is not known yet */
	__u32 last;  /* bucket */
	__u32 stride;
	__u32 offset; /* of the list's head in a bucket */
	__u32 marker; /* of bucket 0's end */
	bool listening;
} chains;

static __always_inline void use_ehash(__u64 address)
{
	const struct inet_hashinfo *info = OBJECT(address, struct inet_hashinfo);

	chains.heads = (__u64)GET(has_rdonly_cast, info, ehash);
	chains.last = GET(has_rdonly_cast, info, ehash_mask);
	chains.stride = bpf_core_type_size(struct inet_ehash_bucket);
	chains.offset = bpf_core_field_offset(struct inet_ehash_bucket, chain);
	chains.marker = 0;
	chains.listening = false;
}

static __always_inline void use_listeners(__u64 address)
{
	const struct inet_hashinfo *info = OBJECT(address, struct inet_hashinfo);
	const struct inet_hashinfo___before_5_18 *by_port = (const void *)address;

	if (bpf_core_field_exists(by_port->listening_hash)) {
		chains.heads = address + bpf_core_field_offset(struct inet_hashinfo___before_5_18,
							       listening_hash);
		chains.last =
			sizeof(by_port->listening_hash) / sizeof(by_port->listening_hash[0]) - 1;
	} else {
		chains.heads = (__u64)GET(has_rdonly_cast, info, lhash2);
		chains.last = GET(has_rdonly_cast, info, lhash2_mask);
	}
	chains.stride = bpf_core_type_size(struct inet_listen_hashbucket);
	chains.offset = bpf_core_field_offset(struct inet_listen_hashbucket, nulls_head);
	chains.marker = LISTENING_NULLS_BASE;
	chains.listening = true;
}

/*
 * The table of a namespace of its own. It is freed with the namespace, but not in a run that began
 * while that was in the kernel's list (cleanup_net() in net/core/net_namespace.c waits for RCU).
 */
static __always_inline void use_own(const struct wire_walk_net *net)
{
	__u64 hashinfo;

	if (!is_in_list(net->net) || inode_of_net(net->net) != net->inode)
		return;
	hashinfo = hashinfo_of(net->net);
	if (hashinfo && hashinfo != tables.shared)
		use_ehash(hashinfo);
}

/* Of states that only the other tables have there is nothing in this one. */
static __always_inline bool is_wanted_table(void)
{
	if (place.table)
		return request.states & ~(1U << LISTEN);
	return request.states & (1U << LISTEN);
}

/* 0: `chains` are the place's; 1: there is no such table, go on; 2: there are no more tables. */
__attribute__((noinline)) int open_table(void)
{
	__u32 number = place.table - 2;
	const struct wire_walk_net *net;

	chains.heads = 0;
	if (place.table < 2 && !is_wanted_table())
		return 1;
	if (place.table == 0) {
		use_listeners(tables.shared);
		return 0;
	}
	if (place.table == 1) {
		use_ehash(tables.shared);
		return 0;
	}
	net = number < tables.nets ? bpf_map_lookup_elem(&netstate_nets, &number) : NULL;
	if (!net || !is_wanted_table())
		return 2;
	if (!net->own || (request.netns && request.netns != net->inode))
		return 1;
	use_own(net);
	if (chains.heads)
		return 0;
	answer.lost_nets++;
	return 1;
}

static __always_inline void next_table(void)
{
	place.table++;
	place.bucket = 0;
	place.node = 0;
	place.restarts = 0;
	place.carried = false;
	place.begin = answer.rows;
}

static __always_inline void next_bucket(void)
{
	place.bucket++;
	place.node = 0;
	place.restarts = 0;
	place.carried = false;
	place.begin = answer.rows;
}

/* Reads the bucket again, unless that was tried often. */
static __always_inline void settle(void)
{
	if (++place.restarts > RESTARTS_MAX) {
		answer.unsettled++;
		next_bucket();
		return;
	}
	place.pause = !(place.restarts & RESTARTS_PAUSE);
	answer.moved++;
	answer.rows = place.begin;
	answer.restarted |= place.carried;
	place.carried = false;
	place.node = 0;
}

#endif
