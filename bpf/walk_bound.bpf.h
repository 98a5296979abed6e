/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sockets that have a port and neither listen nor are connected: in no table of connections, but in
 * the kernel's table of ports. Its lists end with NULL and not with a mark, so that a move into
 * another list is noticed by the port alone.
 */
#ifndef BPF_WALK_BOUND_BPF_H
#define BPF_WALK_BOUND_BPF_H

#include "walk_run.bpf.h"

#define NODES_MAX (1U << 20) /* of one bucket: more than that is a circle */

/* Within the bucket, addresses of list nodes; 0: none left. */
struct {
	__u64 port;    /* in the next struct inet_bind_bucket */
	__u64 address; /* in the next struct inet_bind2_bucket of the port */
	__u64 socket;  /* in the next socket of the address, or of the port */
	__u32 nodes;
	__u16 number; /* of the port */
} bound;

#define BIND_NODE_OFFSET ((__u64)bpf_core_field_offset(struct sock_common, skc_bind_node))

static __always_inline const struct sock_common *common_of_bound(__u64 node)
{
	return OBJECT(node - BIND_NODE_OFFSET, struct sock_common);
}

/* 1: there are no more buckets. */
static __always_inline int enter_ports(void)
{
	const struct inet_hashinfo *info = OBJECT(tables.shared, struct inet_hashinfo);
	__u64 stride = bpf_core_type_size(struct inet_bind_hashbucket);
	__u64 heads = (__u64)GET(has_rdonly_cast, info, bhash) +
		      bpf_core_field_offset(struct inet_bind_hashbucket, chain);

	if (place.bucket >= GET(has_rdonly_cast, info, bhash_size))
		return 1;
	bound.port = word_at(heads + place.bucket * stride);
	bound.address = bound.socket = 0;
	bound.nodes = 0;
	place.begin = answer.rows;
	if (bound.port)
		place.node = 1;
	else
		next_bucket();
	return 0;
}

static __always_inline void enter_port(void)
{
	__u64 address = bound.port - bpf_core_field_offset(struct inet_bind_bucket, node);
	const struct inet_bind_bucket *port = OBJECT(address, struct inet_bind_bucket);
	const struct inet_bind_bucket___before_6_8 *owners = (const void *)address;

	bound.number = GET(has_rdonly_cast, port, port);
	bound.port = word_at(bound.port);
	if (request.lport && request.lport != bound.number)
		return;
	if (bpf_core_field_exists(owners->owners))
		bound.socket =
			word_at(address + bpf_core_field_offset(
						  struct inet_bind_bucket___before_6_8, owners));
	else
		bound.address =
			word_at(address +
				bpf_core_field_offset(struct inet_bind_bucket___since_6_8, bhash2));
}

static __always_inline void enter_address(void)
{
	const struct inet_bind2_bucket___since_6_8 *bucket;
	__u64 address;

	if (!bpf_core_type_exists(struct inet_bind2_bucket___since_6_8) ||
	    !bpf_core_field_exists(struct inet_bind2_bucket___since_6_8, bhash_node)) {
		bound.address = 0;
		return;
	}
	address = bound.address -
		  bpf_core_field_offset(struct inet_bind2_bucket___since_6_8, bhash_node);
	bucket = OBJECT(address, struct inet_bind2_bucket___since_6_8);
	if (GET(has_rdonly_cast, bucket, port) != bound.number) {
		settle();
		return;
	}
	bound.address = word_at(bound.address);
	bound.socket = word_at(address +
			       bpf_core_field_offset(struct inet_bind2_bucket___since_6_8, owners));
}

/* Not of another list by now. */
static __always_inline bool is_bound_here(const struct sock_common *common)
{
	return is_alive(common) && GET(has_rdonly_cast, common, skc_num) == bound.number &&
	       GET(has_rdonly_cast, common, skc_bind_node.pprev);
}

/* 1: there is no room. */
static __always_inline int walk_bound(void)
{
	const struct sock_common *common = common_of_bound(bound.socket);
	__u64 next = word_at(bound.socket);

	if (!is_bound_here(common)) {
		settle();
		return 0;
	}
	if (GET(has_rdonly_cast, common, skc_state) == CLOSE &&
	    (!request.netns || netns_of(common) == request.netns) &&
	    put_row(bound.socket - BIND_NODE_OFFSET))
		return 1;
	if (is_bound_here(common))
		bound.socket = next;
	else
		settle();
	return 0;
}

/* 0: go on; 1: the run ends; 2: so does the walk. */
__attribute__((noinline)) int bound_step(void)
{
	if (is_late())
		return 1;
	if (!place.node)
		return enter_ports() ? 2 : 0;
	if (++bound.nodes > NODES_MAX) {
		answer.unsettled++;
		next_bucket();
	} else if (bound.socket)
		return walk_bound();
	else if (bound.address)
		enter_address();
	else if (bound.port)
		enter_port();
	else
		next_bucket();
	return 0;
}

__attribute__((noinline)) int bound_steps(void)
{
	int end = 0;

	for (int i = 0; i < STEPS_PER_CALL && !end; i++)
		end = bound_step();
	return end;
}

__attribute__((noinline)) int bound_far(void)
{
	int end = 0;

	for (int i = 0; i < CALLS && !end; i++)
		end = bound_steps();
	return end;
}

/* As walk(): run until answer.stop is WIRE_WALK_END. */
SEC("raw_tp")
int netstate_walk_bound(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 begin_ns = bpf_ktime_get_ns();
	int end = 0;

	begin_run(ctx->args[0]);
	place.begin = 0;
	place.carried = place.node != 0;
	if (bound.socket && place.node && !is_bound_here(common_of_bound(bound.socket)))
		settle();
	for (int i = 0; i < CALLS && !end; i++)
		end = bound_far();
	end_run(begin_ns, end == 2);
	return 0;
}

#endif
