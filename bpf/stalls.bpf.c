/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Kernel hooks -> stall records: what happens to connects in SYN_SENT. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "stall_packet.bpf.h"
#include "stall_dump.bpf.h"
#include "stall_icmp.bpf.h"
#include "stall_path.bpf.h"

/* ---- attached all the time: they fire for connects that are in trouble only */

/* Of a tracepoint's argument, which is typed: a plain load. */
static __always_inline bool in_syn_sent(const struct sock *sk)
{
	return sk->__sk_common.skc_state == SYN_SENT;
}

SEC("?tp_btf/tcp_retransmit_skb")
int netstate_retry(__u64 *ctx)
{
	const struct sock *sk = (const void *)ctx[0];
	struct wire_stall_sock record;

	if (!in_syn_sent(sk))
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	read_stall_sock(&record, sk);
	record.err = 0;
	if (retransmit_args > 2) {
		record.err = (__s32)ctx[2];
		record.flags |= WIRE_STALL_HAS_ERR;
	}
	emit_sock(&record, WIRE_KIND_STALL_RETRY);
	return 0;
}

SEC("?tp_btf/tcp_receive_reset")
int netstate_reset_received(__u64 *ctx)
{
	const struct sock *sk = (const void *)ctx[0];
	struct wire_stall_sock record;
	struct reset_seen *seen;

	if (!in_syn_sent(sk))
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	read_stall_sock(&record, sk);
	seen = bpf_map_lookup_elem(&netstate_resets, &record.isn);
	if (seen) {
		record.flags |= WIRE_STALL_HAS_RESET;
		record.reset_netns = seen->netns;
		record.reset_reason = seen->reason;
		record.reset_port = seen->port;
		__builtin_memcpy(record.reset_addr, seen->addr, sizeof(record.reset_addr));
	}
	emit_sock(&record, WIRE_KIND_STALL_RESET);
	return 0;
}

/* The answer to a SYN: with the packet at hand, before it goes back to its sender. */
SEC("?tp_btf/tcp_send_reset")
int netstate_reset_sent(__u64 *ctx)
{
	const struct sk_buff *skb = (const void *)ctx[1];
	struct packet packet = {};
	struct reset_seen seen = {};

	if (!skb || parse(&packet, BPF_CORE_READ(skb, protocol),
			  BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header)))
		return 0;
	if ((packet.flags & (FLAG_SYN | FLAG_ACK | FLAG_RST)) != FLAG_SYN)
		return 0;
	seen.netns = BPF_CORE_READ(skb, dev, nd_net.net, ns.inum);
	seen.port = packet.dport;
	__builtin_memcpy(seen.addr, packet.daddr, sizeof(seen.addr));
	if (send_reset_args > 2)
		seen.reason = (__u32)ctx[2];
	bpf_map_update_elem(&netstate_resets, &packet.seq, &seen, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
