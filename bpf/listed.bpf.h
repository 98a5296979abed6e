/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A socket or minisocket -> the row of a list. `typed`, a constant: the pointer is one that the
 * verifier knows the type of, and is read by plain loads; else it is an address, read by probe
 * reads.
 */
#ifndef BPF_LISTED_BPF_H
#define BPF_LISTED_BPF_H

#include "vmlinux.h"
#include "sock_read.bpf.h"
#include "listed_times.bpf.h"

#include "netstate/wire_list.h"

#define SOCK_BINDPORT_LOCK 8 /* include/net/sock.h */

static __always_inline void listed_time_wait(struct wire_listed *to,
					     const struct tcp_timewait_sock *waiting, bool typed)
{
	__u64 expires = GET(typed, waiting, tw_sk.tw_timer.expires);

	to->form = WIRE_LISTED_TIME_WAIT;
	to->state = GET(typed, waiting, tw_sk.tw_substate);
	to->ticks_left = (__s64)(expires - (__u64)bpf_jiffies64());
}

static __always_inline void listed_request(struct wire_listed *to,
					   const struct tcp_request_sock *request)
{
	/* in a union with skc_flags: no typed pointer to the verifier */
	const struct sock *listener = BPF_CORE_READ(request, req.req.__req_common.skc_listener);

	to->form = WIRE_LISTED_REQUEST;
	to->state = SYN_RECV;
	to->retries = BPF_CORE_READ_BITFIELD_PROBED(&request->req.req, num_timeout);
	if (!listener)
		return;
	to->listener = (__u64)BPF_CORE_READ(listener, __sk_common.skc_cookie.counter);
	to->sock.uid = BPF_CORE_READ(listener, sk_uid.val);
	to->sock.cgroup = address_cgroup(listener);
}

static __always_inline void listed_queues(struct wire_listed *to, const struct tcp_sock *tcp,
					  bool typed)
{
	const struct sock *sk = &tcp->inet_conn.icsk_inet.sk;

	if (to->state == LISTEN) {
		to->recv_queue = GET(typed, sk, sk_ack_backlog);
		to->send_queue = GET(typed, sk, sk_max_ack_backlog);
		return;
	}
	to->recv_queue = GET(typed, tcp, rcv_nxt) - GET(typed, tcp, copied_seq);
	to->send_queue = GET(typed, tcp, write_seq) - GET(typed, tcp, snd_una);
	if ((__s32)to->recv_queue < 0) /* a FIN counts in rcv_nxt, and reading races */
		to->recv_queue = 0;
}

/* 0 where no file leads to it: in an accept queue, or orphaned. */
static __always_inline __u64 listed_inode(const struct sock *sk, bool typed)
{
	const struct sock___from_6_17 *numbered = (const void *)sk;
	const struct socket *socket;
	const struct inode *inode;

	if (bpf_core_field_exists(numbered->sk_ino))
		return GET(typed, numbered, sk_ino);
	socket = GET(typed, sk, sk_socket);
	if (!socket)
		return 0;
	inode = (const void *)socket + bpf_core_field_offset(struct socket_alloc, vfs_inode);
	return has_rdonly_cast ? TYPED(inode, struct inode)->i_ino : BPF_CORE_READ(inode, i_ino);
}

static __always_inline void listed_details(struct wire_listed *to, const struct tcp_sock *tcp,
					   bool typed)
{
	const struct sock *sk = &tcp->inet_conn.icsk_inet.sk;

	to->inode = listed_inode(sk, typed);
	to->bytes_sent = GET(typed, tcp, bytes_sent);
	to->bytes_received = GET(typed, tcp, bytes_received);
	to->rtt_us = GET(typed, tcp, srtt_us) >> 3;
	to->retransmits = GET(typed, tcp, total_retrans);
	to->heard_ticks = (__u32)bpf_jiffies64() - GET(typed, tcp, rcv_tstamp);
	to->mark = GET(typed, sk, sk_mark);
	to->device = GET(typed, sk, __sk_common.skc_bound_dev_if);
	to->facts = WIRE_LISTED_HAS_DETAILS;
	if (!(BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks) & SOCK_BINDPORT_LOCK))
		to->facts |= WIRE_LISTED_AUTOBOUND;
}

/* An MPTCP subflow's file is the connection's. */
static __always_inline __u8 listed_holding(const struct wire_listed *from, const struct sock *sk,
					   bool typed)
{
	if (from->sock.protocol == WIRE_PROTOCOL_MPTCP)
		return WIRE_HOLDING_UNKNOWN;
	if (GET(typed, sk, __sk_common.skc_flags) & SOCK_DEAD_BIT)
		return WIRE_HOLDING_NONE;
	return GET(typed, sk, sk_socket) ? WIRE_HOLDING_FILE : WIRE_HOLDING_QUEUE;
}

/* All that a row has beyond its ends, state and names. */
static __always_inline void listed_tcp(struct wire_listed *to, const struct tcp_sock *tcp,
				       bool details, bool typed)
{
	if (details)
		listed_details(to, tcp, typed);
	to->holding = listed_holding(to, &tcp->inet_conn.icsk_inet.sk, typed);
	to->retries = GET(typed, tcp, inet_conn.icsk_retransmits);
	listed_queues(to, tcp, typed);
	if (details && to->state != LISTEN)
		listed_times(to, tcp, typed);
}

#endif
