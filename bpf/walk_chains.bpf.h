/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The chains of the hash tables, bucket by bucket -> a row for each socket. */
#ifndef BPF_WALK_CHAINS_BPF_H
#define BPF_WALK_CHAINS_BPF_H

#include "walk_run.bpf.h"

#define EMPTY_BUCKETS 16 /* passed over in one step */
#define BROKEN (~0ULL)	 /* what no chain ends with: it could not be read on */

/* ---------------------------------------------------------------- one bucket */

static __always_inline __u64 head_of(__u32 bucket)
{
	return word_at(chains.heads + (__u64)bucket * chains.stride + chains.offset);
}

static __always_inline __u64 end_mark(__u32 bucket)
{
	return ((__u64)(chains.marker + bucket) << 1) | LIST_MARK;
}

/* Into the next bucket that has sockets. 1: there is none. */
__attribute__((noinline)) int enter_bucket(void)
{
	__u32 bucket = place.bucket;

	for (int i = 0; i < EMPTY_BUCKETS && bucket <= chains.last; i++, bucket++) {
		__u64 first = head_of(bucket);

		if (first == end_mark(bucket))
			continue;
		place.bucket = bucket;
		place.begin = answer.rows;
		place.disturbed = false;
		place.node = place.first = first ? first : BROKEN;
		return 0;
	}
	place.bucket = bucket;
	return bucket > chains.last;
}

static __always_inline void leave_bucket(void)
{
	if (place.node != end_mark(place.bucket) || place.disturbed ||
	    head_of(place.bucket) != place.first)
		settle();
	else
		next_bucket();
}

/* ---------------------------------------------------------------- one socket */

/* Memory of a socket that went is given to the next one, which may be in any chain. */
static __always_inline bool is_of_bucket(const struct sock_common *common)
{
	if (chains.listening)
		return GET(has_rdonly_cast, common, skc_state) == LISTEN;
	return (GET(has_rdonly_cast, common, skc_hash) & chains.last) == place.bucket;
}

/*
 * A socket is closed after it was taken out of its chain, and its time-wait minisocket may stand in
 * its place by then: newer kernels replace the one by the other (hlist_nulls_replace_init_rcu()).
 */
static __always_inline bool has_left(const struct sock_common *common)
{
	return GET(has_rdonly_cast, common, skc_state) == CLOSE;
}

static __always_inline bool is_wanted_socket(const struct sock_common *common)
{
	__u8 state = GET(has_rdonly_cast, common, skc_state);

	if (!(request.states & (1U << (state & 31))))
		return false;
	if (request.lport && GET(has_rdonly_cast, common, skc_num) != request.lport)
		return false;
	return !request.netns || netns_of(common) == request.netns;
}

/* 1: there is no room. */
__attribute__((noinline)) int walk_node(void)
{
	const struct sock_common *common = common_of_node(place.node);
	__u64 word = word_at(place.node), next = word ? word : BROKEN;
	__u64 cookie;

	if (!is_alive(common) || has_left(common)) { /* what came into its place may be missed */
		place.disturbed = true;
		place.node = next;
		return 0;
	}
	if (!is_of_bucket(common)) {
		settle();
		return 0;
	}
	if (!is_wanted_socket(common)) {
		place.node = next;
		return 0;
	}
	cookie = (__u64)GET(has_rdonly_cast, common, skc_cookie.counter);
	if (put_row(place.node - NODE_OFFSET))
		return 1;
	if (!is_alive(common) || !is_of_bucket(common) ||
	    (cookie && cookie != (__u64)GET(has_rdonly_cast, common, skc_cookie.counter))) {
		settle();
		return 0;
	}
	place.node = next;
	return 0;
}

/* ---------------------------------------------------------------- a run */

/* 0: go on; 1: the run ends; 2: so does the table. */
__attribute__((noinline)) int step(void)
{
	if (is_late())
		return 1;
	if (!place.node)
		return enter_bucket() ? 2 : 0;
	if (place.node & LIST_MARK) {
		leave_bucket();
		return 0;
	}
	return walk_node();
}

__attribute__((noinline)) int walk_steps(void)
{
	for (int i = 0; i < STEPS_PER_CALL; i++) {
		int end = step();

		if (end)
			return end;
	}
	return 0;
}

/* 2: the walk is over. */
__attribute__((noinline)) int walk_on(void)
{
	int end = 0;

	if (!chains.heads) {
		end = open_table();
		if (end == 1)
			next_table();
		return end == 2 ? 2 : 0;
	}
	end = walk_steps();
	if (end == 2) {
		next_table();
		chains.heads = 0;
		return 0;
	}
	return end;
}

__attribute__((noinline)) int walk_far(void)
{
	int end = 0;

	for (int i = 0; i < CALLS && !end; i++)
		end = walk_on();
	return end;
}

/* A chain that is gone on with: the node may have left it meanwhile. */
static __always_inline void resume(void)
{
	const struct sock_common *common;

	place.begin = 0;
	place.carried = place.node != 0;
	if (!place.node || place.node & LIST_MARK)
		return;
	common = common_of_node(place.node);
	if (!is_alive(common) || !is_of_bucket(common) ||
	    !GET(has_rdonly_cast, common, skc_nulls_node.pprev))
		settle();
}

/* Argument 1: begin, 0: go on. Run until answer.stop is WIRE_WALK_END. */
SEC("raw_tp")
int netstate_walk(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 begin_ns = bpf_ktime_get_ns();
	int end = 0;

	begin_run(ctx->args[0]);
	if (open_table() == 1) {
		/* a place in it is gone with it, or it is the first and not wanted */
		answer.restarted = place.node != 0;
		next_table();
		chains.heads = 0;
	} else if (chains.heads) {
		resume();
	}
	for (int i = 0; i < CALLS && !end; i++)
		end = walk_far();
	end_run(begin_ns, end == 2);
	return 0;
}

#endif
