/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Kernel hooks -> stall records: what happens to connects in SYN_SENT. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "stall_packet.bpf.h"
#include "stall_dump.bpf.h"

#define SO_EE_ORIGIN_ICMP 2
#define ICMP6_ERRORS_MAX 4 /* types 1 to 4 */
#define ICMP6_HEADER 8
#define ICMP6_ERROR_MIN (IP6_HEADER + ICMP6_HEADER + IP6_HEADER + 8)
#define ICMP6_ERROR_MAX 1280
#define IPPROTO_ICMPV6 58

/* ---- attached all the time: they fire for connects that are in trouble only */

/* Of a tracepoint's argument, which is typed: a plain load. */
static __always_inline bool in_syn_sent(const struct sock *sk)
{
	return sk->__sk_common.skc_state == SYN_SENT;
}

static __always_inline void emit_sock(struct wire_stall_sock *record, __u32 kind)
{
	stall_head(&record->head, kind, sizeof(*record));
	stall_emit(record, sizeof(*record));
}

SEC("?tp_btf/tcp_retransmit_skb")
int retry(__u64 *ctx)
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
int reset_received(__u64 *ctx)
{
	const struct sock *sk = (const void *)ctx[0];
	struct wire_stall_sock record;
	struct reset_seen *seen;

	if (!in_syn_sent(sk))
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	read_stall_sock(&record, sk);
	seen = bpf_map_lookup_elem(&resets, &record.isn);
	if (seen) {
		record.flags |= WIRE_STALL_HAS_RESET;
		record.reset_netns = seen->netns;
		record.reset_reason = seen->reason;
	}
	emit_sock(&record, WIRE_KIND_STALL_RESET);
	return 0;
}

/* The answer to a SYN: with the packet at hand, before it goes back to its sender. */
SEC("?tp_btf/tcp_send_reset")
int reset_sent(__u64 *ctx)
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
	if (send_reset_args > 2)
		seen.reason = (__u32)ctx[2];
	bpf_map_update_elem(&resets, &packet.seq, &seen, BPF_ANY);
	return 0;
}

/* IPv4: the ICMP lies in the socket's error queue, its IP header in front. */
static __always_inline void read_icmp(struct wire_stall_sock *record, const struct sock *sk)
{
	struct sk_buff *skb = BPF_CORE_READ(sk, sk_error_queue.next);
	const struct sock_exterr_skb *error;
	__u8 header[IP_HEADER];

	if (!skb || (const void *)skb ==
			    (const void *)sk + bpf_core_field_offset(struct sock, sk_error_queue))
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

	/* IPv6 tells the socket when it is closed already (tcp_done_with_error); so does every
	 * reset */
	if (state != SYN_SENT && (state != CLOSE || !icmps_noted))
		return 0;
	if (sk->sk_protocol != IPPROTO_TCP)
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	if (!take_icmp6(&record, read_isn(sk)) && state != SYN_SENT)
		return 0;
	read_stall_sock(&record, sk);
	if (!(record.flags & WIRE_STALL_HAS_ICMP))
		read_icmp(&record, sk);
	emit_sock(&record, WIRE_KIND_STALL_ERROR);
	return 0;
}

SEC("?tp_btf/inet_sk_error_report")
int error_reported(__u64 *ctx)
{
	return on_error((const void *)ctx[0]);
}

/* What that tracepoint stands in since 5.14; of any protocol. */
SEC("?fentry/sock_def_error_report")
int error_told(__u64 *ctx)
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

	bpf_map_update_elem(&icmps, &isn, seen, BPF_ANY);
	icmps_noted = 1;
	if (!watching)
		return;
	watch = bpf_map_lookup_elem(&watched, &isn);
	if (!watch || !still_hangs(watch))
		return;
	__builtin_memset(&record, 0, sizeof(record));
	read_stall_sock(&record, (const void *)watch->sock);
	take_icmp6(&record, isn);
	emit_sock(&record, WIRE_KIND_STALL_ERROR);
}

/* Where trampolines are allowed: (skb at the packet that came back, opt, type, code, its TCP
 * header's offset, info). Costs nothing but for such errors. */
SEC("?fentry/tcp_v6_err")
int icmp6_error(__u64 *ctx)
{
	const struct sk_buff *skb = (const void *)ctx[0];
	struct icmp_seen seen = {.type = ctx[2], .code = ctx[3]};
	__be32 seq;

	if (bpf_probe_read_kernel(seen.from, sizeof(seen.from),
				  BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header) +
					  8) ||
	    bpf_probe_read_kernel(&seq, sizeof(seq), BPF_CORE_READ(skb, data) + (__s32)ctx[4] + 4))
		return 0;
	icmp6_seen(&seen, bpf_ntohl(seq));
	return 0;
}

/* ICMPv6 in IPv6, without extension headers, about a TCP packet: its sequence number tells the
 * connect. */
static __always_inline void icmp6_received(const void *at)
{
	struct {
		__u8 ip[IP6_HEADER];
		__u8 icmp[ICMP6_HEADER];
		__u8 inner[IP6_HEADER];
		__be16 source, dest;
		__be32 seq;
	} packet;
	struct icmp_seen seen = {};

	if (bpf_probe_read_kernel(&packet, sizeof(packet), at))
		return;
	if (packet.ip[6] != IPPROTO_ICMPV6 || !packet.icmp[0] ||
	    packet.icmp[0] > ICMP6_ERRORS_MAX || packet.inner[6] != IPPROTO_TCP)
		return;
	__builtin_memcpy(seen.from, packet.ip + 8, sizeof(seen.from));
	seen.type = packet.icmp[0];
	seen.code = packet.icmp[1];
	icmp6_seen(&seen, bpf_ntohl(packet.seq));
}

/*
 * Where they are not: each received packet, but one load and a comparison for what is not IPv6, and
 * one more for what is too short (acknowledgements) or too long (RFC 4443, 2.4 (c)) to be an error.
 */
SEC("?tp_btf/netif_receive_skb")
int BPF_PROG(icmp6_packet, struct sk_buff *skb)
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

/* ---- attached only while something hangs */

static __always_inline void describe(struct wire_stall_packet *record, const struct packet *packet,
				     const struct stall_watch *watch)
{
	record->sock = watch->sock;
	record->cookie = watch->cookie;
	record->sport = packet->sport;
	record->dport = packet->dport;
	record->family = packet->family;
	record->tcp_flags = packet->flags;
	__builtin_memcpy(record->saddr, packet->saddr, sizeof(record->saddr));
	__builtin_memcpy(record->daddr, packet->daddr, sizeof(record->daddr));
}

/* An answer to the ends of a watched connect whose numbers are not its own. */
static __always_inline struct stall_watch *watch_of_ends(const struct packet *packet, __u32 netns)
{
	struct stall_ends ends = {.lport = packet->dport, .rport = packet->sport, .netns = netns};
	__u32 *isn;

	if (!watched_ports[packet->dport % STALL_PORT_SLOTS])
		return NULL;
	__builtin_memcpy(ends.laddr, packet->daddr, sizeof(ends.laddr));
	__builtin_memcpy(ends.raddr, packet->saddr, sizeof(ends.raddr));
	isn = bpf_map_lookup_elem(&watched_ends, &ends);
	/* a reset that fits tells of itself (tcp_receive_reset) */
	if (!isn || (packet->flags & FLAG_RST && packet->ack - 1 == *isn))
		return NULL;
	return bpf_map_lookup_elem(&watched, isn);
}

static __always_inline void tcp_received(const struct sk_buff *skb, __be16 protocol)
{
	struct wire_stall_packet record;
	struct packet packet = {};
	struct stall_watch *watch;

	if (!watching || parse(&packet, protocol, BPF_CORE_READ(skb, data)))
		return;
	__builtin_memset(&record, 0, sizeof(record));
	record.netns = BPF_CORE_READ(skb, dev, nd_net.net, ns.inum);
	watch = watch_of(&packet, &record.what);
	if (!watch) {
		watch = watch_of_ends(&packet, record.netns);
		if (watch)
			record.what = what_answers(&packet, watch);
	}
	if (!watch || !still_hangs(watch))
		return;
	describe(&record, &packet, watch);
	record.ifindex = BPF_CORE_READ(skb, dev, ifindex);
	record.flags = WIRE_STALL_RECEIVED;
	stall_head(&record.head, WIRE_KIND_STALL_PASS, sizeof(record));
	stall_emit(&record, sizeof(record));
}

/* What comes in: where a watched SYN arrives, and answers. */
SEC("?tp_btf/netif_receive_skb")
int BPF_PROG(received, struct sk_buff *skb)
{
	tcp_received(skb, skb->protocol);
	return 0;
}

/* Where this kernel cannot: the address, as 0x and 16 digits, which the loader turns into the name.
 */
static __always_inline void name_function(char to[WIRE_STALL_NAME_SIZE], __u64 address)
{
	static const char format[] = "%ps";

	if (!address)
		return;
	if (has_snprintf) {
		bpf_snprintf(to, WIRE_STALL_NAME_SIZE, format, &address, sizeof(address));
		return;
	}
	to[0] = '0';
	to[1] = 'x';
	for (int i = 0; i < 16; i++) {
		__u8 digit = address >> (60 - 4 * i) & 15;

		to[2 + i] = digit < 10 ? '0' + digit : 'a' + digit - 10;
	}
}

/* An answer whose numbers do not fit, known by the socket that it was for. */
static __always_inline struct stall_watch *watch_of_sock(const struct packet *packet,
							 const struct sock *sk)
{
	struct stall_watch *watch;
	__u32 isn;

	if (!sk || BPF_CORE_READ(sk, __sk_common.skc_state) != SYN_SENT ||
	    BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return NULL;
	isn = read_isn(sk);
	watch = bpf_map_lookup_elem(&watched, &isn);
	return watch && watch->sock == (__u64)sk ? watch : NULL;
}

/* `own`: it was for the watched socket itself. */
static __always_inline void place(struct wire_stall_packet *record, const struct sk_buff *skb,
				  const struct stall_watch *watch, bool own)
{
	const struct sock *sk = BPF_CORE_READ(skb, sk);
	const struct dst_entry *dst = (const void *)(BPF_CORE_READ(skb, _skb_refdst) & ~1UL);

	if (BPF_CORE_READ(skb, skb_iif)) {
		record->flags |= WIRE_STALL_RECEIVED;
		record->netns = BPF_CORE_READ(skb, dev, nd_net.net, ns.inum);
		record->ifindex = BPF_CORE_READ(skb, dev, ifindex);
		if (dst)
			name_function(record->route, (__u64)BPF_CORE_READ(dst, input));
	} else if (sk) {
		record->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	}
	/* TCP takes the device off; its route leads to a device of the same namespace */
	if (!record->netns && dst && bpf_core_field_exists(dst->dev))
		record->netns = BPF_CORE_READ(dst, dev, nd_net.net, ns.inum);
	if (!record->netns && own)
		record->netns = watch->netns;
	if (own || (sk && (__u64)sk == record->sock))
		record->flags |= WIRE_STALL_OWN_SOCK;
}

SEC("?tp_btf/kfree_skb")
int dropped(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct wire_stall_packet record;
	struct packet packet = {};
	struct stall_watch *watch;

	if (!watching || parse(&packet, BPF_CORE_READ(skb, protocol),
			       BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header)))
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	watch = watch_of(&packet, &record.what);
	if (!watch && drop_args > 3) {
		watch = watch_of_sock(&packet, (const void *)ctx[3]);
		if (watch)
			record.what = what_answers(&packet, watch);
	}
	if (!watch || !still_hangs(watch))
		return 0;
	describe(&record, &packet, watch);
	place(&record, skb, watch, drop_args > 3 && ctx[3] == watch->sock);
	record.location_address = ctx[1];
	name_function(record.location, record.location_address);
	if (drop_args > 2) {
		record.reason = (__u32)ctx[2];
		record.flags |= WIRE_STALL_HAS_REASON;
	}
	stall_head(&record.head, WIRE_KIND_STALL_DROP, sizeof(record));
	stall_emit(&record, sizeof(record));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
