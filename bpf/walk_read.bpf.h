/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Words and socks at addresses that nobody vouches for: a bad address reads as 0. */
#ifndef BPF_WALK_READ_BPF_H
#define BPF_WALK_READ_BPF_H

#include "listed.bpf.h"

#define LIST_MARK 1 /* of the odd number that ends a nulls list */

/* A pointer that is to be compared and split, not followed. */
static __always_inline __u64 word_at(__u64 address)
{
	__u64 word = 0;

	if (has_rdonly_cast)
		return TYPED((const void *)address, struct rb_node)->__rb_parent_color;
	bpf_probe_read_kernel(&word, sizeof(word), (const void *)address);
	return word;
}

/* What the address is of, as GET() wants it. */
#define OBJECT(address, type)                                                                      \
	(has_rdonly_cast ? TYPED((const void *)(address), type) : (const type *)(address))

/* Of the node that links it into a chain. */
#define NODE_OFFSET ((__u64)bpf_core_field_offset(struct sock_common, skc_nulls_node))

static __always_inline const struct sock_common *common_of_node(__u64 node)
{
	return OBJECT(node - NODE_OFFSET, struct sock_common);
}

static __always_inline __u32 netns_of(const struct sock_common *common)
{
	return has_rdonly_cast ? common->skc_net.net->ns.inum
			       : BPF_CORE_READ(common, skc_net.net, ns.inum);
}

static __always_inline bool is_alive(const struct sock_common *common)
{
	return GET(has_rdonly_cast, common, skc_refcnt.refs.counter);
}

#endif
