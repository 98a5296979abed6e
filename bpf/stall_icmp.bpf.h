/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Errors of a socket, and the ICMP behind them -> stall records. */
#ifndef BPF_STALL_ICMP_BPF_H
#define BPF_STALL_ICMP_BPF_H

#include "stall_packet.bpf.h"

#define SO_EE_ORIGIN_ICMP 2
#define ICMP6_ERRORS_MAX 4 /* types 1 to 4 */
#define ICMP6_HEADER 8
#define ICMP6_ERROR_MIN (IP6_HEADER + ICMP6_HEADER + IP6_HEADER + 8)
#define ICMP6_ERROR_MAX 1280
#define IPPROTO_ICMPV6 58

static __always_inline void emit_sock(struct wire_stall_sock *record, __u32 kind)
{
	stall_head(&record->head, kind, sizeof(*record));
	stall_emit(record, sizeof(*record));
}

/* IPv4: the ICMP lies in the socket's error queue, its IP header in front. */
static __always_inline void read_icmp(struct wire_stall_sock *record, const struct sock *sk)
{
	const struct sock *stall = (const void *)sk;
	struct sk_buff *skb = BPF_CORE_READ(stall, sk_error_queue.next);
	const struct sock_exterr_skb *error;
	__u8 header[IP_HEADER];

	if (!skb || (const void *)skb == (const void *)stall +
						 bpf_core_field_offset(struct sock, sk_error_queue))
		return;
	error = (const void *)skb + bpf_core_field_offset(struct sk_buff, cb);
	if (BPF_CORE_READ(error, ee.ee_origin) != SO_EE_ORIGIN_ICMP ||
	    bpf_probe_read_kernel(header, sizeof(header),
				  BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header)))
		return;
	record->icmp_family = AF_INET;
	record->icmp_type = BPF_CORE_READ(error, ee.ee_type);
	record->icmp_code = BPF_CORE_READ(error, ee.ee_code);
	mapped_addr(record->icmp_from, ((__u32 *)header)[3]);
	record->flags |= WIRE_STALL_HAS_ICMP;
}

static __always_inline int on_error(const struct sock *sk)
{
	__u8 state = sk->__sk_common.skc_state;
	struct wire_stall_sock record;

	/* IPv6 reports it to the socket once that is closed (tcp_done_with_error); so does every
	 * reset */
	if (state != SYN_SENT && (state != CLOSE || !icmps_noted))
		return 0;
	if (sk->sk_protocol != IPPROTO_TCP)
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	if (!fill_icmp6(&record, sk, true) && state != SYN_SENT)
		return 0;
	read_stall_sock(&record, sk);
	if (!(record.flags & WIRE_STALL_HAS_ICMP))
		read_icmp(&record, sk);
	emit_sock(&record, WIRE_KIND_STALL_ERROR);
	return 0;
}

SEC("?tp_btf/inet_sk_error_report")
int netstate_error_reported(__u64 *ctx)
{
	return on_error((const void *)ctx[0]);
}

/* What that tracepoint stands in since 5.14; of any protocol. */
SEC("?fentry/sock_def_error_report")
int netstate_error_told(__u64 *ctx)
{
	const struct sock *sk = (const void *)ctx[0];
	__u16 family = sk->__sk_common.skc_family;

	return family == AF_INET || family == AF_INET6 ? on_error(sk) : 0;
}

/* ---- ICMPv6 errors, whose type, code and sender no socket keeps: from the start, since the first
 * may decide */

static __always_inline void icmp6_seen(const struct icmp_seen *seen, __u32 isn)
{
	struct wire_stall_sock record;
	struct stall_watch *watch;

	bpf_map_update_elem(&netstate_icmps, &isn, seen, BPF_ANY);
	icmps_noted = 1;
	if (!watching)
		return;
	watch = bpf_map_lookup_elem(&netstate_watched, &isn);
	if (!watch || !still_hangs(watch))
		return;
	__builtin_memset(&record, 0, sizeof(record));
	if (!fill_icmp6(&record, (const void *)watch->sock, false))
		return;
	read_stall_sock(&record, (const void *)watch->sock);
	emit_sock(&record, WIRE_KIND_STALL_ERROR);
}

/* What an ICMPv6 error quotes: the IPv6 header and the first bytes of the TCP header. */
static __always_inline int read_quoted(struct icmp_seen *to, __u32 *isn, const void *ip,
				       const void *tcp)
{
	struct {
		__be16 source, dest;
		__be32 seq;
	} start;

	if (bpf_probe_read_kernel(to->saddr, sizeof(to->saddr), ip + 8) ||
	    bpf_probe_read_kernel(to->daddr, sizeof(to->daddr), ip + 24) ||
	    bpf_probe_read_kernel(&start, sizeof(start), tcp))
		return -1;
	to->sport = bpf_ntohs(start.source);
	to->dport = bpf_ntohs(start.dest);
	to->ktime_ns = bpf_ktime_get_ns();
	*isn = bpf_ntohl(start.seq);
	return 0;
}

/* Where trampolines are allowed: (skb at the packet that came back, opt, type, code, its TCP
 * header's offset, info). Costs nothing but for such errors. */
SEC("?fentry/tcp_v6_err")
int netstate_icmp6_error(__u64 *ctx)
{
	const struct sk_buff *skb = (const void *)ctx[0];
	struct icmp_seen seen = {.type = ctx[2], .code = ctx[3]};
	const void *data = BPF_CORE_READ(skb, data);
	__u32 isn;

	if (bpf_probe_read_kernel(seen.from, sizeof(seen.from),
				  BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header) +
					  8) ||
	    read_quoted(&seen, &isn, data, data + (__s32)ctx[4]))
		return 0;
	icmp6_seen(&seen, isn);
	return 0;
}

/* ICMPv6 in IPv6, without extension headers in front, about a TCP packet: its sequence number identifies
 * the connect. */
static __always_inline void icmp6_received(const void *at)
{
	struct {
		__u8 ip[IP6_HEADER];
		__u8 icmp[ICMP6_HEADER];
		__u8 inner[IP6_HEADER];
	} packet;
	const void *quoted = at + IP6_HEADER + ICMP6_HEADER;
	struct icmp_seen seen = {};
	const void *tcp;
	__u32 isn;

	if (bpf_probe_read_kernel(&packet, sizeof(packet), at))
		return;
	if (packet.ip[6] != IPPROTO_ICMPV6 || !packet.icmp[0] || packet.icmp[0] > ICMP6_ERRORS_MAX)
		return;
	tcp = skip_extensions(packet.inner[6], quoted + IP6_HEADER);
	if (!tcp || read_quoted(&seen, &isn, quoted, tcp))
		return;
	__builtin_memcpy(seen.from, packet.ip + 8, sizeof(seen.from));
	seen.type = packet.icmp[0];
	seen.code = packet.icmp[1];
	icmp6_seen(&seen, isn);
}

/*
 * Where they are not: each received packet, but one load and a comparison for what is not IPv6, and
 * one more for what is too short (acknowledgements) or too long (RFC 4443, 2.4 (c)) to be an error.
 */
SEC("?tp_btf/netif_receive_skb")
int BPF_PROG(netstate_icmp6_packet, struct sk_buff *skb)
{
	__u8 next = 0;

	if (skb->protocol != bpf_htons(ETH_P_IPV6) || skb->len < ICMP6_ERROR_MIN ||
	    skb->len > ICMP6_ERROR_MAX)
		return 0;
	if (bpf_probe_read_kernel(&next, sizeof(next), skb->data + 6) || next != IPPROTO_ICMPV6)
		return 0;
	icmp6_received(skb->data);
	return 0;
}

#endif
