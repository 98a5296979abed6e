/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the kernel's TCP hash tables are: the one that namespaces share, and those of namespaces
 * that have one of their own (net.ipv4.tcp_child_ehash_entries, 6.1).
 */
#ifndef BPF_WALK_TABLES_BPF_H
#define BPF_WALK_TABLES_BPF_H

#include "walk_read.bpf.h"

#include "netstate/wire_walk.h"

/* Calls of functions that call another one so often: what the verifier goes through is their sum,
 * what runs is their product. */
#define PARENTS_CALLS 32 /* a tree of processes is rarely deeper than 32 * 32 */
#define NETS_CALLS 16
#define PER_CALL 32

struct wire_walk_tables tables;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, WIRE_WALK_NETS);
	__type(key, __u32);
	__type(value, struct wire_walk_net);
} netstate_nets SEC(".maps");

__u64 climber; /* struct task_struct */

static __always_inline __u64 hashinfo_of(__u64 net)
{
	const struct net *namespace = OBJECT(net, struct net);

	/* 5.17 to 6.0 have a pointer there; the protocol names the table then */
	if (!bpf_core_field_exists(namespace->ipv4.tcp_death_row.hashinfo))
		return 0;
	return (__u64)GET(has_rdonly_cast, namespace, ipv4.tcp_death_row.hashinfo);
}

/* The head of the kernel's list comes before the first namespace, which is never removed. A
 * namespace that left has a poisoned link, which reads as 0. */
static __always_inline bool is_in_list(__u64 net)
{
	__u64 link = net + bpf_core_field_offset(struct net, list);

	return word_at(word_at(link + sizeof(__u64))) == link;
}

static __always_inline __u32 inode_of_net(__u64 net)
{
	return GET(has_rdonly_cast, OBJECT(net, struct net), ns.inum);
}

static __always_inline __u64 net_after(__u64 net)
{
	__u64 offset = bpf_core_field_offset(struct net, list);
	__u64 next = word_at(net + offset);

	return next == tables.head || !next ? 0 : next - offset;
}

/* One parent further. 1: that is the first task of all, whose pid is 0. */
__attribute__((noinline)) int climb(void)
{
	const struct task_struct *task = OBJECT(climber, struct task_struct);

	if (!GET(has_rdonly_cast, task, pid))
		return 1;
	climber = (__u64)GET(has_rdonly_cast, task, real_parent);
	return 0;
}

__attribute__((noinline)) int climb_far(void)
{
	int arrived = 0;

	for (int i = 0; i < PER_CALL && !arrived; i++)
		arrived = climb();
	return arrived;
}

static __always_inline __u64 first_net(void)
{
	const struct task_struct *first;
	const struct nsproxy *proxy;
	int arrived = 0;

	climber = bpf_get_current_task();
	for (int i = 0; i < PARENTS_CALLS && !arrived; i++)
		arrived = climb_far();
	if (!arrived)
		return 0;
	first = OBJECT(climber, struct task_struct);
	proxy = GET(has_rdonly_cast, first, nsproxy);
	return (__u64)GET(has_rdonly_cast, proxy, net_ns);
}

/* A namespace more; 1: there are no more. */
__attribute__((noinline)) int note_net(void)
{
	__u32 number = tables.nets;
	__u64 net = tables.next;
	__u64 hashinfo = hashinfo_of(net);
	struct wire_walk_net *slot = bpf_map_lookup_elem(&netstate_nets, &number);

	if (slot) {
		slot->net = net;
		slot->inode = inode_of_net(net);
		slot->own = hashinfo && hashinfo != tables.shared;
		tables.nets++;
	} else {
		tables.unlisted++;
	}
	tables.next = net_after(net);
	tables.done = !tables.next;
	return tables.done;
}

__attribute__((noinline)) int note_nets(void)
{
	int done = 0;

	for (int i = 0; i < PER_CALL && !done; i++)
		done = note_net();
	return done;
}

static __always_inline int begin_tables(const struct sock *sk)
{
	const struct sock_common *common = OBJECT(sk, struct sock_common);
	const struct proto *protocol = GET(has_rdonly_cast, common, skc_prot);
	__u64 first = first_net();
	__u64 link = first + bpf_core_field_offset(struct net, list);

	tables.shared = (__u64)GET(has_rdonly_cast, protocol, h.hashinfo);
	if (!first)
		return -1;
	if (!tables.shared)
		tables.shared = hashinfo_of(first);
	tables.head = word_at(link + sizeof(__u64));
	tables.next = first;
	return 0;
}

/*
 * Never attached: run by the loader with a descriptor of a TCP socket of its own, until
 * tables.done. `next` is 0 before the first run.
 */
SEC("raw_tp")
int netstate_find_tables(struct bpf_raw_tracepoint_args *ctx)
{
	const struct sock *sk = sock_of_descriptor((int)ctx->args[0]);

	if (!sk)
		return 0;
	if (tables.next && !is_in_list(tables.next)) {
		tables.restarts++;
		tables.next = 0;
	}
	if (!tables.next) {
		tables.nets = 0;
		tables.unlisted = 0;
		if (begin_tables(sk))
			return 0;
	}
	for (int i = 0; i < NETS_CALLS; i++) {
		if (note_nets())
			break;
	}
	return 0;
}

#endif
