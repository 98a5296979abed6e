/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An open connection's idle times, keepalive, windows and give-up clock -> the row of a list. `typed`: as in
 * listed.bpf.h. */
#ifndef BPF_LISTED_TIMES_BPF_H
#define BPF_LISTED_TIMES_BPF_H

#include "sock_read.bpf.h"
#include "tcp_timers.bpf.h"

#include "netstate/wire_list.h"

/* A setting of the socket's namespace, which is an int or a byte. */
#define SETTING(net, name) ((__u32)BPF_CORE_READ_BITFIELD_PROBED(net, ipv4.name))

static __always_inline void listed_keepalive(struct wire_listed *to, const struct tcp_sock *tcp,
					     const struct net *net, bool typed)
{
	const struct sock *sk = &tcp->inet_conn.icsk_inet.sk;

	if (!(GET(typed, sk, __sk_common.skc_flags) & SOCK_KEEPOPEN_BIT))
		return;
	to->facts |= WIRE_LISTED_KEEPALIVE;
	to->keep_idle = GET(typed, tcp, keepalive_time);
	to->keep_interval = GET(typed, tcp, keepalive_intvl);
	to->keep_probes = GET(typed, tcp, keepalive_probes);
	if (!to->keep_idle)
		to->keep_idle = SETTING(net, sysctl_tcp_keepalive_time);
	if (!to->keep_interval)
		to->keep_interval = SETTING(net, sysctl_tcp_keepalive_intvl);
	if (!to->keep_probes)
		to->keep_probes = (__u8)SETTING(net, sysctl_tcp_keepalive_probes);
}

static __always_inline void listed_limit(struct wire_listed *to, const struct tcp_sock *tcp,
					 const struct net *net, bool typed)
{
	if (to->state != SYN_SENT) {
		to->retry_limit = (__u8)SETTING(net, sysctl_tcp_retries2);
		if (to->holding == WIRE_HOLDING_NONE)
			to->retry_limit = (__u8)SETTING(net, sysctl_tcp_orphan_retries);
		return;
	}
	to->retry_limit = GET(typed, tcp, inet_conn.icsk_syn_retries);
	if (!to->retry_limit)
		to->retry_limit = (__u8)SETTING(net, sysctl_tcp_syn_retries);
	if (bpf_core_field_exists(net->ipv4.sysctl_tcp_syn_linear_timeouts))
		to->linear = (__u8)SETTING(net, sysctl_tcp_syn_linear_timeouts);
}

/* Where something waits for an answer: the clock at whose end the kernel gives the connection up. */
static __always_inline void listed_clock(struct wire_listed *to, const struct tcp_sock *tcp,
					 const struct net *net, bool typed)
{
	const struct inet_connection_sock *icsk = &tcp->inet_conn;
	__u8 pending = GET(typed, icsk, icsk_pending);
	__u64 now;

	if (pending_retransmit(pending))
		to->facts |= WIRE_LISTED_RETRANSMIT;
	else if (pending == PENDING_PROBE)
		to->facts |= WIRE_LISTED_PROBE;
	else
		return;
	if (to->state != SYN_SENT && !to->retries && !to->probes_out)
		return;
	listed_limit(to, tcp, net, typed);
	now = bpf_jiffies64();
	to->timer_ticks = (__s32)(timer_expires(tcp, typed) - now);
	to->jiffies = (__u16)now;
	to->rto = GET(typed, icsk, icsk_rto);
	if (bpf_core_field_exists(icsk->icsk_rto_max))
		to->rto_max = GET(typed, icsk, icsk_rto_max);
	to->user_timeout = GET(typed, icsk, icsk_user_timeout);
	to->retrans_stamp = GET(typed, tcp, retrans_stamp);
	if (bpf_core_field_exists(tcp->tcp_usec_ts) &&
	    BPF_CORE_READ_BITFIELD_PROBED(tcp, tcp_usec_ts))
		to->facts |= WIRE_LISTED_USEC_TS;
}

static __always_inline void listed_windows(struct wire_listed *to, const struct tcp_sock *tcp,
					   bool typed)
{
	__u32 now = (__u32)bpf_jiffies64();

	to->sent_ticks = now - GET(typed, tcp, lsndtime);
	to->received_ticks = now - GET(typed, tcp, inet_conn.icsk_ack.lrcvtime);
	to->snd_wnd = GET(typed, tcp, snd_wnd);
	to->rcv_wnd =
		GET(typed, tcp, rcv_wup) + GET(typed, tcp, rcv_wnd) - GET(typed, tcp, rcv_nxt);
	if ((__s32)to->rcv_wnd < 0) /* more came than was announced */
		to->rcv_wnd = 0;
	to->unacked = GET(typed, tcp, snd_nxt) - GET(typed, tcp, snd_una);
	if ((__s32)to->unacked < 0) /* reading races */
		to->unacked = 0;
	if (to->snd_wnd || BPF_CORE_READ_BITFIELD_PROBED(tcp, chrono_type) != CHRONO_RWND_LIMITED)
		return;
	to->facts |= WIRE_LISTED_WINDOW_WAIT;
	to->window_ticks = now - GET(typed, tcp, chrono_start);
}

/* Behind what listed_tcp() reads. */
static __always_inline void listed_times(struct wire_listed *to, const struct tcp_sock *tcp,
					 bool typed)
{
	const struct net *net = BPF_CORE_READ(tcp, inet_conn.icsk_inet.sk.__sk_common.skc_net.net);

	to->probes_out = GET(typed, tcp, inet_conn.icsk_probes_out);
	listed_windows(to, tcp, typed);
	listed_keepalive(to, tcp, net, typed);
	listed_clock(to, tcp, net, typed);
}

#endif
