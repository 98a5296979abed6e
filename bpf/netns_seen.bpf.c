/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * socket() and connect() calls -> the network namespaces that they are made in, reported before the call is
 * under way: a container may start, fail and be gone within milliseconds.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "netstate/wire_netns.h"
#include "pidns.bpf.h"

#define AF_INET 2
#define AF_INET6 10

/* A namespace is reported again after this long: whoever held it may have closed it by then. */
#define REPEAT_NS 500000000u

/* Namespace -> CLOCK_MONOTONIC until which it is not reported again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u64);
} netstate_reported_until SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} netstate_netns_ring SEC(".maps");

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline void report(struct task_struct *task, __u32 netns, __u64 now)
{
	__u64 until = now + REPEAT_NS;
	struct wire_netns *record = bpf_ringbuf_reserve(&netstate_netns_ring, sizeof(*record), 0);

	if (!record)
		return;
	record->netns = netns;
	record->pid = tgid_seen(task);
	bpf_ringbuf_submit(record, BPF_RB_FORCE_WAKEUP);
	bpf_map_update_elem(&netstate_reported_until, &netns, &until, BPF_ANY);
}

SEC("tracepoint/syscalls/sys_enter_connect")
int netstate_connect_begins(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	__u64 now = bpf_ktime_get_ns();
	const __u64 *reported = bpf_map_lookup_elem(&netstate_reported_until, &netns);

	if (!reported || now >= *reported)
		report(task, netns, now);
	return 0;
}

/* The process may be gone a moment after its connect(): the first socket of a namespace that is not held
 * gives the time to get there. */
SEC("tracepoint/syscalls/sys_enter_socket")
int netstate_socket_begins(struct trace_event_raw_sys_enter *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 netns;

	if (ctx->args[0] != AF_INET && ctx->args[0] != AF_INET6)
		return 0;
	netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	if (!bpf_map_lookup_elem(&netstate_reported_until, &netns))
		report(task, netns, bpf_ktime_get_ns());
	return 0;
}
