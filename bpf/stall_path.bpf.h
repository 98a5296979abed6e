/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The packet path, attached only while something hangs: where a watched handshake's packets arrive
 * and where they are dropped -> stall records. */
#ifndef BPF_STALL_PATH_BPF_H
#define BPF_STALL_PATH_BPF_H

#include "stall_packet.bpf.h"

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

/* What was read of the headers around it is not its own. */
static __always_inline void tunnelled(struct wire_stall_packet *record, struct packet *packet,
				      const struct stall_watch *watch)
{
	__builtin_memset(packet, 0, sizeof(*packet));
	packet->family = addr_is_v4(watch->raddr) ? AF_INET : AF_INET6;
	record->what = WIRE_STALL_SYN;
	record->flags |= WIRE_STALL_TUNNELLED;
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
	isn = bpf_map_lookup_elem(&netstate_watched_ends, &ends);
	/* a reset that fits has a hook of its own (tcp_receive_reset) */
	if (!isn || (packet->flags & FLAG_RST && packet->ack - 1 == *isn))
		return NULL;
	return bpf_map_lookup_elem(&netstate_watched, isn);
}

static __always_inline void tcp_received(const struct sk_buff *skb, __be16 protocol)
{
	struct wire_stall_packet record;
	struct packet packet = {};
	struct stall_watch *watch;

	__builtin_memset(&record, 0, sizeof(record));
	record.netns = BPF_CORE_READ(skb, dev, nd_net.net, ns.inum);
	if (parse(&packet, protocol, BPF_CORE_READ(skb, data))) {
		watch = watch_of_skb(skb);
		if (watch)
			tunnelled(&record, &packet, watch);
	} else {
		watch = watch_of(&packet, &record.what);
		if (!watch) {
			watch = watch_of_ends(&packet, record.netns);
			if (watch)
				record.what = what_answers(&packet, watch);
		}
	}
	if (!watch || !still_hangs(watch))
		return;
	describe(&record, &packet, watch);
	record.ifindex = BPF_CORE_READ(skb, dev, ifindex);
	record.flags |= WIRE_STALL_RECEIVED | frame_flags(skb);
	if (record.what == WIRE_STALL_SYN)
		record.flags |= copy_flags(skb, watch);
	stall_head(&record.head, WIRE_KIND_STALL_PASS, sizeof(record));
	stall_emit(&record, sizeof(record));
}

/* What comes in: where a watched SYN arrives, and answers. */
SEC("?tp_btf/netif_receive_skb")
int BPF_PROG(netstate_received, struct sk_buff *skb)
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
	watch = bpf_map_lookup_elem(&netstate_watched, &isn);
	return watch && watch->sock == (__u64)sk ? watch : NULL;
}

/* `own`: it was for the watched socket itself. */
static __always_inline void place(struct wire_stall_packet *record, const struct sk_buff *skb,
				  const struct stall_watch *watch, bool own)
{
	const struct sock *sk = BPF_CORE_READ(skb, sk);
	const struct dst_entry *dst = (const void *)(BPF_CORE_READ(skb, _skb_refdst) & ~1UL);
	const struct net_device *dev = BPF_CORE_READ(skb, dev);

	/* its device is the place, also before the receive path has taken it in (veth, XDP); its
	 * socket stays with it on its way into another namespace (since 4.19) */
	if (dev) {
		record->netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
		record->ifindex = BPF_CORE_READ(dev, ifindex);
	} else if (sk && !BPF_CORE_READ(skb, skb_iif)) {
		record->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	}
	/* an answer that no device brought was made there */
	if (BPF_CORE_READ(skb, skb_iif) ||
	    (record->what == WIRE_STALL_SYN && record->netns && record->netns != watch->netns)) {
		record->flags |= WIRE_STALL_RECEIVED;
		if (dst && BPF_CORE_READ(skb, skb_iif))
			name_function(record->route, (__u64)BPF_CORE_READ(dst, input));
	}
	/* TCP takes the device off; its route leads to a device of the same namespace */
	if (!record->netns && dst && bpf_core_field_exists(dst->dev))
		record->netns = BPF_CORE_READ(dst, dev, nd_net.net, ns.inum);
	if (!record->netns && own)
		record->netns = watch->netns;
	if (own || (sk && (__u64)sk == record->sock))
		record->flags |= WIRE_STALL_OWN_SOCK;
}

/* Connection tracking ties an entry to each packet that it lets pass, or says that it is not to be
 * tracked. */
static __always_inline __u32 tracked_flags(const struct sk_buff *skb)
{
	if (!bpf_core_field_exists(skb->_nfct))
		return 0;
	return BPF_CORE_READ(skb, _nfct) ? WIRE_STALL_TRACKED : WIRE_STALL_NOT_TRACKED;
}

SEC("?tp_btf/kfree_skb")
int netstate_dropped(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct wire_stall_packet record;
	struct packet packet = {};
	struct stall_watch *watch;

	if (!watching)
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	if (parse(&packet, BPF_CORE_READ(skb, protocol),
		  BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header))) {
		watch = watch_of_skb(skb);
		if (watch)
			tunnelled(&record, &packet, watch);
	} else {
		watch = watch_of(&packet, &record.what);
		if (!watch && drop_args > 3)
			watch = watch_of_sock(&packet, (const void *)ctx[3]);
		if (!watch)
			watch = watch_of_ends(&packet,
					      BPF_CORE_READ(skb, dev, nd_net.net, ns.inum));
		if (watch && !record.what)
			record.what = what_answers(&packet, watch);
	}
	if (!watch || !still_hangs(watch))
		return 0;
	describe(&record, &packet, watch);
	record.flags |= frame_flags(skb) | tracked_flags(skb);
	record.mark = BPF_CORE_READ(skb, mark);
	if (record.what == WIRE_STALL_SYN)
		record.flags |= copy_flags(skb, watch);
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

#endif
