/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sk_buff -> the handshake packet in it -> the watched connect that it belongs to. */
#ifndef BPF_STALL_PACKET_BPF_H
#define BPF_STALL_PACKET_BPF_H

#include "stall_read.bpf.h"

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd
#define IP_HEADER 20
#define IP6_HEADER 40
#define IP6_EXTENSIONS_MAX 6 /* RFC 8200 4.1 has no more kinds in one packet; bounds the loop */
#define IPPROTO_HOPOPTS 0
#define IPPROTO_ROUTING 43
#define IPPROTO_FRAGMENT 44
#define IPPROTO_AH 51
#define IPPROTO_DSTOPTS 60
#define IPPROTO_MH 135
#define PACKET_OTHERHOST 3
#define FLAG_SYN 2
#define FLAG_RST 4
#define FLAG_ACK 16

struct packet {
	__u8 saddr[16];
	__u8 daddr[16];
	__u16 sport;
	__u16 dport;
	__u32 seq;
	__u32 ack;
	__u8 flags; /* of TCP */
	__u8 family;
};

/* First bytes of a TCP header, as on the wire. */
struct tcp_start {
	__be16 source;
	__be16 dest;
	__be32 seq;
	__be32 ack;
	__u8 offset;
	__u8 flags;
	__u16 window;
};

static __always_inline int parse_tcp(struct packet *to, const void *at)
{
	struct tcp_start tcp;

	if (bpf_probe_read_kernel(&tcp, sizeof(tcp), at))
		return -1;
	to->sport = bpf_ntohs(tcp.source);
	to->dport = bpf_ntohs(tcp.dest);
	to->seq = bpf_ntohl(tcp.seq);
	to->ack = bpf_ntohl(tcp.ack);
	to->flags = tcp.flags;
	return 0;
}

static __always_inline int parse_ip(struct packet *to, const void *at)
{
	__u8 header[IP_HEADER];
	__u32 *words = (__u32 *)header;

	if (bpf_probe_read_kernel(header, sizeof(header), at))
		return -1;
	if (header[0] >> 4 != 4 || header[9] != IPPROTO_TCP || (words[1] & bpf_htonl(0x1fff)))
		return -1; /* not TCP, or a later fragment */
	to->family = AF_INET;
	mapped_addr(to->saddr, words[3]);
	mapped_addr(to->daddr, words[4]);
	return parse_tcp(to, at + (header[0] & 15) * 4);
}

/* Size of the extension header of this kind; 0: none, or a later fragment. RFC 8200 4, 4302 2.2. */
static __always_inline __u32 extension_size(__u8 kind, const __u8 header[4])
{
	switch (kind) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_MH:
		return (header[1] + 1) * 8;
	case IPPROTO_FRAGMENT:
		return header[2] || header[3] & 0xf8 ? 0 : 8;
	case IPPROTO_AH:
		return (header[1] + 2) * 4;
	default:
		return 0;
	}
}

/* From the header of this kind on: where TCP begins; NULL: not TCP, or too many headers. */
static __always_inline const void *skip_extensions(__u8 kind, const void *at)
{
	__u8 header[4];
	__u32 size;

	for (int i = 0; i < IP6_EXTENSIONS_MAX; i++) {
		if (kind == IPPROTO_TCP)
			return at;
		if (bpf_probe_read_kernel(header, sizeof(header), at))
			return NULL;
		size = extension_size(kind, header);
		if (!size)
			return NULL;
		kind = header[0];
		at += size;
	}
	return kind == IPPROTO_TCP ? at : NULL;
}

static __always_inline int parse_ip6(struct packet *to, const void *at)
{
	__u8 header[IP6_HEADER];

	if (bpf_probe_read_kernel(header, sizeof(header), at) || header[0] >> 4 != 6)
		return -1;
	to->family = AF_INET6;
	__builtin_memcpy(to->saddr, header + 8, 16);
	__builtin_memcpy(to->daddr, header + 24, 16);
	at = skip_extensions(header[6], at + IP6_HEADER);
	return at ? parse_tcp(to, at) : -1;
}

/* `at`: the IP header. */
static __always_inline int parse(struct packet *to, __be16 protocol, const void *at)
{
	if (protocol == bpf_htons(ETH_P_IP))
		return parse_ip(to, at);
	if (protocol == bpf_htons(ETH_P_IPV6))
		return parse_ip6(to, at);
	return -1;
}

/*
 * The sequence number decides; one end at least must agree as well, so that a chance of 1 in 2^32
 * is no accusation. NAT changes ends, but not all of them at once.
 */
static __always_inline bool has_an_end(const struct packet *packet, const struct stall_watch *watch,
				       bool answer)
{
	if (answer)
		return packet->sport == watch->rport || packet->dport == watch->lport ||
		       same_addr(packet->saddr, watch->raddr) ||
		       same_addr(packet->daddr, watch->laddr);
	return packet->dport == watch->rport || packet->sport == watch->lport ||
	       same_addr(packet->daddr, watch->raddr) || same_addr(packet->saddr, watch->laddr);
}

/* The connect whose SYN or SYN-ACK this is; *ret_what says which. NULL: none that is watched. */
static __always_inline struct stall_watch *watch_of(const struct packet *packet, __u8 *ret_what)
{
	bool answer = packet->flags & FLAG_ACK;
	__u32 isn = answer ? packet->ack - 1 : packet->seq;
	struct stall_watch *watch;

	if (packet->flags & FLAG_RST || !(packet->flags & FLAG_SYN))
		return NULL;
	watch = bpf_map_lookup_elem(&netstate_watched, &isn);
	if (!watch || !has_an_end(packet, watch, answer))
		return NULL;
	*ret_what = answer ? WIRE_STALL_SYNACK : WIRE_STALL_SYN;
	return watch;
}

/* Known by the sk_buff alone: the headers in front of its SYN are not read here. */
static __always_inline struct stall_watch *watch_of_skb(const struct sk_buff *skb)
{
	__u64 key = (__u64)skb;
	__u32 *isn = bpf_map_lookup_elem(&netstate_watched_skbs, &key);

	return isn ? bpf_map_lookup_elem(&netstate_watched, isn) : NULL;
}

/* Is this sk_buff the SYN on its way, or a copy of it? Neither flag: not known. */
static __always_inline __u32 copy_flags(const struct sk_buff *skb, const struct stall_watch *watch)
{
	if (!watch->syn_skb[0])
		return 0;
	if ((__u64)skb == watch->syn_skb[0] || (__u64)skb == watch->syn_skb[1])
		return WIRE_STALL_COPIES | WIRE_STALL_ORIGINAL;
	return WIRE_STALL_COPIES | (syn_travels((const void *)watch->sock) ? WIRE_STALL_COPY : 0);
}

static __always_inline __u32 frame_flags(const struct sk_buff *skb)
{
	return BPF_CORE_READ_BITFIELD_PROBED(skb, pkt_type) == PACKET_OTHERHOST
		       ? WIRE_STALL_OTHERHOST
		       : 0;
}

/*
 * To its ends, or for its socket, though behind another number than its SYN's: with TCP Fast Open a
 * SYN-ACK acknowledges the data as well. As tcp_rcv_synsent_state_process() has it.
 */
static __always_inline __u8 what_answers(const struct packet *packet,
					 const struct stall_watch *watch)
{
	const struct tcp_sock *tcp = (const void *)watch->sock;
	__u32 una = BPF_CORE_READ(tcp, snd_una);
	__u32 made = BPF_CORE_READ(tcp, snd_nxt) - una;

	if ((packet->flags & (FLAG_SYN | FLAG_ACK | FLAG_RST)) == (FLAG_SYN | FLAG_ACK) &&
	    packet->ack - una - 1 < made)
		return WIRE_STALL_SYNACK;
	return WIRE_STALL_OTHER;
}

/* It still hangs: the address may be another socket by now, and an answered SYN-ACK is freed like a
 * dropped one. */
static __always_inline bool still_hangs(const struct stall_watch *watch)
{
	const struct sock *sk = (const void *)watch->sock;

	__u64 cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);

	return BPF_CORE_READ(sk, __sk_common.skc_state) == SYN_SENT &&
	       (cookie == watch->cookie || !watch->cookie);
}

#endif
