/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct sock (by address) -> wire_stall_sock. Probe reads only: the socket may be gone by now. */
#ifndef BPF_STALL_READ_BPF_H
#define BPF_STALL_READ_BPF_H

#include "stall_maps.bpf.h"

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define SYN_SENT 2
#define TIME_WAIT 6
#define CLOSE 7
#define LISTEN 10
#define NEW_SYN_RECV 12
#define SKB_FCLONE_ORIG 1
#define DST_XFRM_QUEUE 0x40   /* include/net/dst.h */
#define ICMP_TOLD_NS 20000000 /* from an ICMP error's arrival to the error of its socket, at most */

static __always_inline void mapped_addr(__u8 to[16], __be32 addr)
{
	__u32 *words = (__u32 *)to;

	words[0] = 0;
	words[1] = 0;
	words[2] = bpf_htonl(0xffff);
	words[3] = addr;
}

static __always_inline bool addr_is_v4(const __u8 addr[16])
{
	const __u32 *words = (const __u32 *)addr;

	return !words[0] && !words[1] && words[2] == bpf_htonl(0xffff);
}

static __always_inline bool same_addr(const __u8 a[16], const __u8 b[16])
{
	const __u64 *x = (const __u64 *)a, *y = (const __u64 *)b;

	return x[0] == y[0] && x[1] == y[1];
}

static __always_inline void read_laddr(__u8 to[16], const struct sock_common *common, __u16 family)
{
	if (family == AF_INET6 && bpf_core_field_exists(common->skc_v6_rcv_saddr))
		BPF_CORE_READ_INTO((struct in6_addr *)to, common, skc_v6_rcv_saddr);
	else
		mapped_addr(to, BPF_CORE_READ(common, skc_rcv_saddr));
}

static __always_inline void read_raddr(__u8 to[16], const struct sock_common *common, __u16 family)
{
	if (family == AF_INET6 && bpf_core_field_exists(common->skc_v6_daddr))
		BPF_CORE_READ_INTO((struct in6_addr *)to, common, skc_v6_daddr);
	else
		mapped_addr(to, BPF_CORE_READ(common, skc_daddr));
}

static __always_inline __u64 read_inode(const struct sock *sk)
{
	const struct socket_alloc *alloc = (const void *)BPF_CORE_READ(sk, sk_socket);

	return alloc ? BPF_CORE_READ(alloc, vfs_inode.i_ino) : 0;
}

static __always_inline __u32 read_isn(const struct sock *sk)
{
	return BPF_CORE_READ((const struct tcp_sock *)sk, snd_una);
}

/*
 * TCP keeps the SYN and sends a clone of it, which lies behind it in the same allocation: the
 * sk_buff that travels, through veth pairs and tunnels as well, until it is freed. A copy of it (for
 * a sniffer, a mirror, another port of a bridge) is another one.
 */
static __always_inline const struct sk_buff *skb_of_node(const struct rb_node *node)
{
	return node ? (const void *)node - bpf_core_field_offset(struct sk_buff, rbnode) : NULL;
}

static __always_inline const struct rb_node *kept_syn(const struct sock *sk)
{
	return BPF_CORE_READ(sk, tcp_rtx_queue.rb_node);
}

/* 0: it has none. */
static __always_inline __u64 travelling_skb(const struct rb_node *kept)
{
	const struct sk_buff *skb = skb_of_node(kept);

	if (!skb || BPF_CORE_READ_BITFIELD_PROBED(skb, fclone) != SKB_FCLONE_ORIG)
		return 0;
	return (__u64)skb + bpf_core_field_offset(struct sk_buff_fclones, skb2);
}

/* With TCP Fast Open the first SYN is a clone of the data that it carries: tcp_send_syn_data(). */
static __always_inline const struct rb_node *kept_data(const struct sock *sk)
{
	const struct rb_node *syn = kept_syn(sk);

	return syn ? BPF_CORE_READ(syn, rb_right) : NULL;
}

static __always_inline bool clone_travels(const struct rb_node *kept)
{
	return travelling_skb(kept) && BPF_CORE_READ((struct sk_buff_fclones *)skb_of_node(kept),
						     fclone_ref.refs.counter) > 1;
}

/* It is not freed yet, wherever it is. */
static __always_inline bool syn_travels(const struct sock *sk)
{
	return clone_travels(kept_syn(sk)) || clone_travels(kept_data(sk));
}

/* And has not left this namespace: skb_still_in_host_queue() */
static __always_inline bool clone_in_host(const struct rb_node *kept, const struct sock *sk)
{
	const struct sk_buff_fclones *both = (const void *)skb_of_node(kept);

	return clone_travels(kept) && BPF_CORE_READ(both, skb2.sk) == sk;
}

static __always_inline void read_kind(char to[WIRE_STALL_KIND_SIZE], const struct net_device *dev)
{
	const char *kind = BPF_CORE_READ(dev, rtnl_link_ops, kind);

	if (kind)
		bpf_probe_read_kernel_str(to, WIRE_STALL_KIND_SIZE, kind);
}

/* The device that the SYN came to last, while it is somewhere on this host: in a queue of that device, or
 * of the program behind a tun. It may be freed meanwhile. */
static __always_inline void read_travelling(struct wire_stall_sock *to, const struct sock *sk)
{
	const struct rb_node *kept = kept_syn(sk);
	const struct sk_buff_fclones *both;
	const struct net_device *dev;

	if (!clone_travels(kept))
		kept = kept_data(sk);
	if (!clone_travels(kept))
		return;
	both = (const void *)skb_of_node(kept);
	dev = BPF_CORE_READ(both, skb2.dev);
	if (dev) {
		to->syn_ifindex = BPF_CORE_READ(dev, ifindex);
		to->syn_netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
		read_kind(to->syn_kind, dev);
	}
	if (clone_travels(kept))
		to->flags |= WIRE_STALL_TRAVELS;
}

/* tcp_connect() puts the SYN there before it sends it, and tcp_fastopen_defer_connect() puts off
 * tcp_connect(). */
static __always_inline bool syn_made(const struct sock *sk)
{
	return kept_syn(sk) != NULL;
}

/* tcp_update_skb_after_send() puts what was sent without an error into this list */
static __always_inline bool syn_taken(const struct sock *sk)
{
	const struct tcp_sock *tcp = (const void *)sk;
	const void *first = BPF_CORE_READ(tcp, tsorted_sent_queue.next);

	return first !=
	       (const void *)tcp + bpf_core_field_offset(struct tcp_sock, tsorted_sent_queue);
}

static __always_inline void read_timer(struct wire_stall_sock *to, const struct sock *sk)
{
	const struct inet_connection_sock *icsk = (const void *)sk;
	const struct net *net = BPF_CORE_READ(sk, __sk_common.skc_net.net);

	to->jiffies = bpf_jiffies64();
	if (bpf_core_field_exists(struct inet_connection_sock___6_18, icsk_retransmit_timer))
		to->timer = BPF_CORE_READ((const struct inet_connection_sock___6_18 *)sk,
					  icsk_retransmit_timer.expires);
	else if (bpf_core_field_exists(struct sock___from_6_19, tcp_retransmit_timer))
		to->timer = BPF_CORE_READ((const struct sock___from_6_19 *)sk,
					  tcp_retransmit_timer.expires);
	to->rto = BPF_CORE_READ(icsk, icsk_rto);
	to->retransmits = BPF_CORE_READ(icsk, icsk_retransmits);
	to->backoff = BPF_CORE_READ(icsk, icsk_backoff);
	to->syn_retries = BPF_CORE_READ(icsk, icsk_syn_retries);
	to->user_timeout = BPF_CORE_READ(icsk, icsk_user_timeout);
	to->net_syn_retries = BPF_CORE_READ(net, ipv4.sysctl_tcp_syn_retries);
	if (bpf_core_field_exists(struct netns_ipv4, sysctl_tcp_syn_linear_timeouts))
		to->net_linear = BPF_CORE_READ(net, ipv4.sysctl_tcp_syn_linear_timeouts);
	if (bpf_core_field_exists(struct inet_connection_sock, icsk_rto_max))
		to->rto_max = BPF_CORE_READ(icsk, icsk_rto_max);
}

/* CLOCK_MONOTONIC of the first SYN, in milliseconds; with tcp_usec_ts the stamp has microseconds. */
static __always_inline __u32 read_first_ms(const struct tcp_sock *tcp)
{
	__u32 stamp = BPF_CORE_READ(tcp, retrans_stamp);
	__u64 now_us = bpf_ktime_get_ns() / 1000;

	if (!stamp || !bpf_core_field_exists(struct tcp_sock, tcp_usec_ts) ||
	    !BPF_CORE_READ_BITFIELD_PROBED(tcp, tcp_usec_ts))
		return stamp;
	return (now_us - (__u32)((__u32)now_us - stamp)) / 1000;
}

/* The way that the socket itself found, by its own source, device, mark and user. */
static __always_inline void read_route(struct wire_stall_sock *to, const struct sock *sk)
{
	const struct dst_entry *dst = BPF_CORE_READ(sk, sk_dst_cache);
	const struct rtable *rt = (const void *)dst;
	const struct rt6_info *rt6 = (const void *)dst;

	to->mark = BPF_CORE_READ(sk, sk_mark);
	to->bound_ifindex = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
	if (!dst)
		return;
	to->out_ifindex = BPF_CORE_READ(dst, dev, ifindex);
	if (BPF_CORE_READ(dst, flags) & DST_XFRM_QUEUE)
		to->flags |= WIRE_STALL_XFRM_QUEUE;
	read_kind(to->out_kind, BPF_CORE_READ(dst, dev));
	if (to->family == AF_INET6 && !addr_is_v4(to->raddr) &&
	    bpf_core_field_exists(rt6->rt6i_gateway)) /* not with CONFIG_IPV6=n */
		BPF_CORE_READ_INTO((struct in6_addr *)to->gateway, rt6, rt6i_gateway);
	else if (BPF_CORE_READ(rt, rt_gw_family) == AF_INET)
		mapped_addr(to->gateway, BPF_CORE_READ(rt, rt_gw4));
	else if (BPF_CORE_READ(rt, rt_gw_family) == AF_INET6)
		BPF_CORE_READ_INTO((struct in6_addr *)to->gateway, rt, rt_gw6);
}

static __always_inline void read_identity(struct wire_stall_sock *to, const struct sock *sk)
{
	const struct sock_common *common = &sk->__sk_common;

	to->sock = (__u64)sk;
	to->cookie = BPF_CORE_READ(common, skc_cookie.counter);
	to->state = BPF_CORE_READ(common, skc_state);
	to->family = BPF_CORE_READ(common, skc_family);
	to->lport = BPF_CORE_READ(common, skc_num);
	if (!to->lport)
		to->lport = bpf_ntohs(BPF_CORE_READ((const struct inet_sock *)sk, inet_sport));
	to->rport = bpf_ntohs(BPF_CORE_READ(common, skc_dport));
	read_laddr(to->laddr, common, to->family);
	read_raddr(to->raddr, common, to->family);
	to->netns = BPF_CORE_READ(common, skc_net.net, ns.inum);
	to->uid = BPF_CORE_READ(sk, sk_uid.val);
	if (bpf_core_field_exists(sk->sk_cgrp_data.cgroup))
		to->cgroup = BPF_CORE_READ(sk, sk_cgrp_data.cgroup, kn, id);
	to->inode = read_inode(sk);
	if (bpf_core_field_exists(struct tcp_sock, is_mptcp) &&
	    BPF_CORE_READ((const struct tcp_sock *)sk, is_mptcp))
		to->flags |= WIRE_STALL_MPTCP;
}

/* The record is zeroed; its head is the caller's. */
static __always_inline void read_stall_sock(struct wire_stall_sock *to, const struct sock *sk)
{
	const struct tcp_sock *tcp = (const void *)sk;

	read_identity(to, sk);
	read_timer(to, sk);
	to->isn = read_isn(sk);
	to->first_ms = read_first_ms(tcp);
	to->srtt_us = BPF_CORE_READ(tcp, srtt_us) >> 3;
	to->total_retrans = BPF_CORE_READ(tcp, total_retrans);
	to->err = BPF_CORE_READ(sk, sk_err);
	to->err_soft = BPF_CORE_READ(sk, sk_err_soft);
	if (syn_taken(sk))
		to->flags |= WIRE_STALL_FIRST_SENT;
	if (clone_in_host(kept_syn(sk), sk))
		to->flags |= WIRE_STALL_IN_HOST;
	if (clone_in_host(kept_data(sk), sk))
		to->flags |= WIRE_STALL_DATA_IN_HOST;
	if (bpf_core_field_exists(tcp->syn_fastopen) &&
	    BPF_CORE_READ_BITFIELD_PROBED(tcp, syn_fastopen))
		to->flags |= WIRE_STALL_FAST_OPEN;
	if (to->state == SYN_SENT && !syn_made(sk))
		to->flags |= WIRE_STALL_NO_SYN;
	if (to->state == SYN_SENT) {
		const struct rb_node *kept = kept_syn(sk);

		to->syn_skb[0] = travelling_skb(kept);
		if (kept)
			to->syn_skb[1] = travelling_skb(kept_data(sk));
		read_travelling(to, sk);
	}
	read_route(to, sk);
}

/*
 * The ICMPv6 error about this SYN, if one came: the socket does not know it. The packet that it
 * quotes is this socket's by its addresses and ports as well, which is what the kernel goes by; or
 * the kernel has `told` the socket just now, as behind a NAT of this host.
 */
static __always_inline bool fill_icmp6(struct wire_stall_sock *record, const struct sock *sk,
				       bool told)
{
	__u32 isn = read_isn(sk);
	struct icmp_seen *seen = bpf_map_lookup_elem(&netstate_icmps, &isn);

	if (!seen)
		return false;
	read_identity(record, sk);
	if (!(told && bpf_ktime_get_ns() - seen->ktime_ns < ICMP_TOLD_NS) &&
	    (seen->dport != record->rport || seen->sport != record->lport ||
	     !same_addr(seen->daddr, record->raddr) || !same_addr(seen->saddr, record->laddr)))
		return false;
	record->icmp_family = AF_INET6;
	record->icmp_type = seen->type;
	record->icmp_code = seen->code;
	__builtin_memcpy(record->icmp_from, seen->from, sizeof(record->icmp_from));
	record->flags |= WIRE_STALL_HAS_ICMP;
	return true;
}

#endif
