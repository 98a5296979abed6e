/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A socket that the kernel gave up -> what its peer left unanswered. */
#ifndef BPF_TIMEOUT_BPF_H
#define BPF_TIMEOUT_BPF_H

#include "settings.bpf.h"
#include "sock_read.bpf.h"

#define EPIPE 32
#define ECONNABORTED 103
#define ECONNRESET 104
#define SOCK_KEEPOPEN_BIT 8 /* 1 << SOCK_KEEPOPEN in enum sock_flags */

static __always_inline __u32 ticks_ms(__u32 ticks)
{
	return (__u32)((__u64)ticks * tick_us / 1000);
}

/* keepalive_time_when() and its like in include/net/tcp.h: the socket's own, else its namespace's. */
static __always_inline void read_keepalive_settings(struct wire_timeout *to,
						    const struct tcp_sock *tcp)
{
	const struct net *net = BPF_CORE_READ(tcp, inet_conn.icsk_inet.sk.__sk_common.skc_net.net);
	__u32 idle = BPF_CORE_READ(tcp, keepalive_time);
	__u32 interval = BPF_CORE_READ(tcp, keepalive_intvl);

	to->probes_max = BPF_CORE_READ(tcp, keepalive_probes);
	if (!idle)
		idle = BPF_CORE_READ(net, ipv4.sysctl_tcp_keepalive_time);
	if (!interval)
		interval = BPF_CORE_READ(net, ipv4.sysctl_tcp_keepalive_intvl);
	if (!to->probes_max)
		to->probes_max = BPF_CORE_READ(net, ipv4.sysctl_tcp_keepalive_probes);
	to->idle_ms = ticks_ms(idle);
	to->interval_ms = ticks_ms(interval);
}

/*
 * At -> CLOSE of a connection with this error. tcp_write_err() takes ETIMEDOUT or what ICMP said last;
 * the counts still stand (net/ipv4/tcp_timer.c).
 */
static __always_inline void read_timeout(struct wire_timeout *to, const struct sock *sk, int err)
{
	const struct tcp_sock *tcp = (const void *)sk;

	if (!err || err == ECONNRESET || err == EPIPE || err == ECONNABORTED)
		return;
	to->retransmits = BPF_CORE_READ(tcp, inet_conn.icsk_retransmits);
	to->probes = BPF_CORE_READ(tcp, inet_conn.icsk_probes_out);
	if (!to->retransmits && !to->probes)
		return;
	to->user_timeout_ms = BPF_CORE_READ(tcp, inet_conn.icsk_user_timeout);
	if (BPF_CORE_READ(tcp, write_seq) != BPF_CORE_READ(tcp, snd_una))
		to->flags |= WIRE_TIMEOUT_UNACKED;
	if (!(BPF_CORE_READ(sk, __sk_common.skc_flags) & SOCK_KEEPOPEN_BIT))
		return;
	to->flags |= WIRE_TIMEOUT_KEEPALIVE;
	read_keepalive_settings(to, tcp);
}

#endif
