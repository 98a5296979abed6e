/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Record -> ring: filtered, stamped, counted. The only way out of the kernel side. */
#ifndef BPF_EMIT_BPF_H
#define BPF_EMIT_BPF_H

#include "maps.bpf.h"
#include "settings.bpf.h"
#include "sock_read.bpf.h"

#define CGROUP_LEVELS 16 /* nested deeper, a cgroup is not found to be below the wanted one */

static __always_inline const struct kernfs_node *parent_of(const struct kernfs_node *node)
{
	if (bpf_core_field_exists(node->__parent))
		return BPF_CORE_READ(node, __parent);
	return BPF_CORE_READ((const struct kernfs_node___before_6_15 *)node, parent);
}

/* The wanted cgroup or one below it. Only with --cgroup: else the verifier removes it. */
static __always_inline bool in_wanted_cgroup(const struct sock *sk)
{
	const struct kernfs_node *node = cgroup_node(sk);

	for (int i = 0; i < CGROUP_LEVELS && node; i++) {
		if (BPF_CORE_READ(node, id) == filter_cgroup)
			return true;
		node = parent_of(node);
	}
	return false;
}

/* The socket itself is at sock->sock. */
static __always_inline bool passes(const struct wire_sock *sock, __u32 new_state)
{
	if (filter_pid && (!sock->owner || sock->pid != filter_pid))
		return false;
	if (filter_netns && sock->netns != filter_netns)
		return false;
	if (filter_family && sock->family != filter_family)
		return false;
	if (filter_lport && sock->lport != filter_lport)
		return false;
	if (filter_rport && sock->rport != filter_rport)
		return false;
	if (filter_port && sock->lport != filter_port && sock->rport != filter_port)
		return false;
	if (filter_states && !(filter_states & 1u << (new_state & 31)))
		return false;
	if (filter_cgroup && !in_wanted_cgroup((const void *)sock->sock))
		return false;
	return true;
}

/*
 * A record wakes the reader only where it said that it sleeps. While records come it looks by
 * itself every few milliseconds, on a CPU of its own: a wake-up from here would pull it onto this
 * one, which has the traffic. A ring that fills up wakes it, too.
 */
static __always_inline __u64 wake_flags(__u64 emitted)
{
	if (reader_sleeps) {
		reader_sleeps = 0;
		return BPF_RB_FORCE_WAKEUP;
	}
	if (emitted % WAKE_LOOK_EVERY == 0 &&
	    bpf_ringbuf_query(&netstate_ring, BPF_RB_AVAIL_DATA) > wake_bytes)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

/* `kind` is a constant below COUNTERS_KINDS. */
static __always_inline void emit(struct counters *counters, void *record, __u32 size, __u32 kind,
				 __u64 now)
{
	struct wire_head *head = record;
	struct wire_sock *sock = (void *)(head + 1);

	head->kind = kind;
	head->version = WIRE_VERSION;
	head->size = size;
	head->ktime_ns = now;
	sock->lost = (__u32)lost_records;
	if (bpf_ringbuf_output(&netstate_ring, record, size, wake_flags(counters->emitted[kind]))) {
		counters->lost[kind]++;
		__sync_fetch_and_add(&lost_records, 1);
		return;
	}
	counters->emitted[kind]++;
}

#endif
