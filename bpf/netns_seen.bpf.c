/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * connect() calls -> the network namespaces that they are made in, reported before the call is under
 * way: a container may start, fail and be gone within milliseconds.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "netstate/wire_netns.h"
#include "pidns.bpf.h"

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

SEC("tracepoint/syscalls/sys_enter_connect")
int netstate_connect_begins(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	__u64 now = bpf_ktime_get_ns(), until = now + REPEAT_NS;
	const __u64 *reported = bpf_map_lookup_elem(&netstate_reported_until, &netns);
	struct wire_netns *record;

	if (reported && now < *reported)
		return 0;
	record = bpf_ringbuf_reserve(&netstate_netns_ring, sizeof(*record), 0);
	if (!record)
		return 0;
	record->netns = netns;
	record->pid = tgid_seen(task);
	bpf_ringbuf_submit(record, BPF_RB_FORCE_WAKEUP);
	bpf_map_update_elem(&netstate_reported_until, &netns, &until, BPF_ANY);
	return 0;
}
