/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A socket or minisocket with its timers, windows and sequence numbers -> its record, by plain loads. */
#ifndef BPF_DETAIL_READ_BPF_H
#define BPF_DETAIL_READ_BPF_H

#include "listed.bpf.h"

#include "netstate/wire_detail.h"

static __always_inline void read_flags(struct wire_detail *to, const struct sock *sk)
{
	unsigned long flags = sk->__sk_common.skc_flags;
	const struct socket *socket = sk->sk_socket;
	const struct file *file = socket ? socket->file : NULL;

	to->flags |= flags & SOCK_DEAD_BIT ? WIRE_DETAIL_DEAD : 0;
	to->flags |= flags & SOCK_KEEPOPEN_BIT ? WIRE_DETAIL_KEEPALIVE : 0;
	to->flags |= socket ? WIRE_DETAIL_HAS_SOCKET : 0;
	to->flags |= file ? WIRE_DETAIL_HAS_FILE : 0;
	if (BPF_CORE_READ_BITFIELD(&sk->__sk_common, skc_reuseport))
		to->flags |= WIRE_DETAIL_REUSEPORT;
	if (file)
		to->inode = listed_inode(sk, true);
	to->shutdown = sk->sk_shutdown;
}

static __always_inline void read_memory(struct wire_detail *to, const struct sock *sk)
{
	to->drops = sk->sk_drops.counter;
	to->rmem = sk->sk_backlog.rmem_alloc.counter;
	to->wmem = sk->sk_wmem_queued;
	to->rcvbuf = sk->sk_rcvbuf;
	to->sndbuf = sk->sk_sndbuf;
	to->err_soft = sk->sk_err_soft;
	to->uid = sk->sk_uid.val;
}

static __always_inline void read_keepalive(struct wire_detail *to, const struct tcp_sock *tcp)
{
	const struct inet_connection_sock___from_6_19 *icsk = (const void *)tcp;
	const struct sock___before_6_19 *sk = (const void *)tcp;
	const struct timer_list *timer = bpf_core_field_exists(icsk->icsk_keepalive_timer)
						 ? &icsk->icsk_keepalive_timer
						 : &sk->sk_timer;

	to->keep_timer = timer->expires;
	to->flags |= timer->entry.pprev ? WIRE_DETAIL_KEEP_TIMER : 0;
}

static __always_inline bool probes_mtu(const struct tcp_sock *tcp)
{
	const struct inet_connection_sock *icsk = &tcp->inet_conn;

	return BPF_CORE_READ_BITFIELD(icsk, icsk_mtup.enabled);
}

static __always_inline void read_timers(struct wire_detail *to, const struct tcp_sock *tcp)
{
	const struct inet_connection_sock *icsk = &tcp->inet_conn;
	__u8 pending = icsk->icsk_pending;

	if (pending == PENDING_PROBE)
		to->flags |= WIRE_DETAIL_PROBE;
	else if (pending_retransmit(pending))
		to->flags |= WIRE_DETAIL_RETRANSMIT;
	to->timer = timer_expires(tcp, true);
	to->rto = icsk->icsk_rto;
	to->retransmits = tcp->inet_conn.icsk_retransmits;
	to->backoff = icsk->icsk_backoff;
	to->probes_out = icsk->icsk_probes_out;
	to->user_timeout = icsk->icsk_user_timeout;
	to->pmtu = icsk->icsk_pmtu_cookie;
	to->received_stamp = icsk->icsk_ack.lrcvtime;
	to->flags |= probes_mtu(tcp) ? WIRE_DETAIL_MTU_PROBING : 0;
}

static __always_inline void read_sequence(struct wire_detail *to, const struct tcp_sock *tcp)
{
	to->rcv_nxt = tcp->rcv_nxt;
	to->copied_seq = tcp->copied_seq;
	to->snd_una = tcp->snd_una;
	to->write_seq = tcp->write_seq;
	to->snd_nxt = tcp->snd_nxt;
	to->snd_wnd = tcp->snd_wnd;
	to->rcv_wnd = tcp->rcv_wnd;
	to->rcv_wup = tcp->rcv_wup;
	to->mss = tcp->mss_cache;
	to->cwnd = tcp->snd_cwnd;
	to->packets_out = tcp->packets_out;
	to->lost_out = tcp->lost_out;
	to->retrans_out = tcp->retrans_out;
}

static __always_inline void read_history(struct wire_detail *to, const struct tcp_sock *tcp)
{
	__u8 chrono = BPF_CORE_READ_BITFIELD(tcp, chrono_type);

	to->bytes_sent = tcp->bytes_sent;
	to->bytes_received = tcp->bytes_received;
	to->bytes_acked = tcp->bytes_acked;
	to->rtt_us = tcp->srtt_us;
	to->total_retrans = tcp->total_retrans;
	to->sent_stamp = tcp->lsndtime;
	to->heard_stamp = tcp->rcv_tstamp;
	to->chrono_start = tcp->chrono_start;
	to->retrans_stamp = tcp->retrans_stamp;
	to->keep_time = tcp->keepalive_time;
	to->keep_interval = tcp->keepalive_intvl;
	to->keep_probes = tcp->keepalive_probes;
	to->linger2 = tcp->linger2;
	if (chrono == CHRONO_RWND_LIMITED)
		to->flags |= WIRE_DETAIL_RWND_LIMITED;
	if (chrono == CHRONO_SNDBUF_LIMITED)
		to->flags |= WIRE_DETAIL_SNDBUF_LIMITED;
	to->read_us = tcp->rcvq_space.time;
	/* tcp_rcv_space_adjust() notes each read once the round trip is known */
	if (tcp->rcv_rtt_est.rtt_us)
		to->flags |= WIRE_DETAIL_READS_NOTED;
	if (bpf_core_field_exists(tcp->tcp_usec_ts) && BPF_CORE_READ_BITFIELD(tcp, tcp_usec_ts))
		to->flags |= WIRE_DETAIL_USEC_TS;
}

static __always_inline void read_listener(struct wire_detail *to, const struct tcp_sock *tcp)
{
	const struct inet_connection_sock *icsk = &tcp->inet_conn;
	const struct sock *sk = &tcp->inet_conn.icsk_inet.sk;

	to->backlog = sk->sk_ack_backlog;
	to->backlog_max = sk->sk_max_ack_backlog;
	to->defer_accept = icsk->icsk_accept_queue.rskq_defer_accept;
	to->requests = icsk->icsk_accept_queue.qlen.counter;
}

static __always_inline void read_socket(struct wire_detail *to, const struct tcp_sock *tcp)
{
	const struct sock *sk = &tcp->inet_conn.icsk_inet.sk;

	typed_tcp(&to->sock, sk);
	to->sock.cgroup = typed_cgroup(sk);
	read_flags(to, sk);
	read_memory(to, sk);
	read_keepalive(to, tcp);
	if (to->state == LISTEN) {
		read_listener(to, tcp);
		return;
	}
	read_timers(to, tcp);
	read_sequence(to, tcp);
	read_history(to, tcp);
}

static __always_inline void read_request(struct wire_detail *to,
					 const struct tcp_request_sock *request)
{
	const struct sock *listener = BPF_CORE_READ(request, req.req.__req_common.skc_listener);

	to->form = WIRE_DETAIL_REQUEST;
	to->state = SYN_RECV;
	to->retransmits = BPF_CORE_READ_BITFIELD(&request->req.req, num_timeout);
	if (BPF_CORE_READ_BITFIELD(&request->req, acked))
		to->flags |= WIRE_DETAIL_ACKED;
	if (listener)
		to->listener = (__u64)BPF_CORE_READ(listener, __sk_common.skc_cookie.counter);
	to->rcv_nxt = request->rcv_nxt;
	to->snd_una = request->snt_isn + 1;
}

static __always_inline void read_time_wait(struct wire_detail *to,
					   const struct tcp_timewait_sock *waiting)
{
	to->form = WIRE_DETAIL_TIME_WAIT;
	to->state = waiting->tw_sk.tw_substate;
	to->timer = waiting->tw_sk.tw_timer.expires;
	to->rcv_nxt = waiting->tw_sk.__tw_common.skc_tw_rcv_nxt;
	to->snd_una = waiting->tw_sk.__tw_common.skc_tw_snd_nxt;
}

#endif
