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

static __always_inline void mapped_addr(__u8 to[16], __be32 addr)
{
	__u32 *words = (__u32 *)to;

	words[0] = 0;
	words[1] = 0;
	words[2] = bpf_htonl(0xffff);
	words[3] = addr;
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

/* The clone of the SYN that went down the stack is not freed yet: skb_still_in_host_queue() */
static __always_inline bool syn_in_host(const struct sock *sk)
{
	const struct rb_node *first = BPF_CORE_READ(sk, tcp_rtx_queue.rb_node);
	const struct sk_buff *skb =
		(const void *)first - bpf_core_field_offset(struct sk_buff, rbnode);

	if (!first || BPF_CORE_READ_BITFIELD_PROBED(skb, fclone) != SKB_FCLONE_ORIG)
		return false;
	return BPF_CORE_READ((struct sk_buff_fclones *)skb, fclone_ref.refs.counter) > 1 &&
	       BPF_CORE_READ((struct sk_buff_fclones *)skb, skb2.sk) == sk;
}

/* tcp_connect() puts the SYN there before it sends it, and tcp_fastopen_defer_connect() puts off
 * tcp_connect(). */
static __always_inline bool syn_made(const struct sock *sk)
{
	return BPF_CORE_READ(sk, tcp_rtx_queue.rb_node) != NULL;
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
	to->first_ms = BPF_CORE_READ(tcp, retrans_stamp);
	to->srtt_us = BPF_CORE_READ(tcp, srtt_us) >> 3;
	to->total_retrans = BPF_CORE_READ(tcp, total_retrans);
	to->err = BPF_CORE_READ(sk, sk_err);
	to->err_soft = BPF_CORE_READ(sk, sk_err_soft);
	if (syn_taken(sk))
		to->flags |= WIRE_STALL_FIRST_SENT;
	if (syn_in_host(sk))
		to->flags |= WIRE_STALL_IN_HOST;
	if (to->state == SYN_SENT && !syn_made(sk))
		to->flags |= WIRE_STALL_NO_SYN;
}

/* The ICMPv6 error about this SYN, if one came: the socket does not know it. */
static __always_inline bool take_icmp6(struct wire_stall_sock *record, __u32 isn)
{
	struct icmp_seen *seen = bpf_map_lookup_elem(&icmps, &isn);

	if (!seen)
		return false;
	record->icmp_family = AF_INET6;
	record->icmp_type = seen->type;
	record->icmp_code = seen->code;
	__builtin_memcpy(record->icmp_from, seen->from, sizeof(record->icmp_from));
	record->flags |= WIRE_STALL_HAS_ICMP;
	return true;
}

#endif
