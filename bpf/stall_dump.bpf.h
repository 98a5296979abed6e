/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets as they stand -> stall records: one by its address, or all of a namespace through an
 * iterator. */
#ifndef BPF_STALL_DUMP_BPF_H
#define BPF_STALL_DUMP_BPF_H

#include "stall_read.bpf.h"

/* What inspect leaves; read by the loader where the map is mapped. */
struct wire_stall_sock inspected;

/* What the iterator shall give: bits 1 << state; holders only with this remote end (all zero and 0:
 * none). */
__u32 dump_states;
__u8 dump_raddr[16];
__u16 dump_rport;

/*
 * Returned by the iterator: the kernel stops here, and the next read() returns EAGAIN
 * (bpf_seq_read()). All listeners come first (net/ipv4/tcp_ipv4.c, tcp_seek_last_pos()): behind
 * them there is nothing to look for among what may be a million connections.
 */
#define DUMP_STOP 1

/*
 * Never attached: run by the loader with (address, cookie) as arguments, for a socket that it knows
 * by address. Fills `inspected` where that socket still is what it was.
 */
SEC("raw_tp")
int netstate_inspect(struct bpf_raw_tracepoint_args *ctx)
{
	const struct sock *sk = (const void *)ctx->args[0];
	__u64 cookie = ctx->args[1];

	__builtin_memset(&inspected, 0, sizeof(inspected));
	if (cookie && (__u64)BPF_CORE_READ(sk, __sk_common.skc_cookie.counter) != cookie)
		return 0;
	read_stall_sock(&inspected, sk);
	fill_icmp6(&inspected, sk, false);
	stall_head(&inspected.head, WIRE_KIND_STALL_SOCK, sizeof(inspected));
	if (cookie && (__u64)BPF_CORE_READ(sk, __sk_common.skc_cookie.counter) != cookie)
		inspected.head.kind = 0;
	return 0;
}

static __always_inline void dump_listener(struct seq_file *seq, const struct sock *sk)
{
	const struct sock *stall = (const void *)sk;
	const struct net *net = BPF_CORE_READ(sk, __sk_common.skc_net.net);
	struct wire_stall_listener record;

	__builtin_memset(&record, 0, sizeof(record));
	stall_head(&record.head, WIRE_KIND_STALL_LISTENER, sizeof(record));
	record.sock = (__u64)sk;
	record.cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	record.inode = read_inode(sk);
	record.family = BPF_CORE_READ(sk, __sk_common.skc_family);
	read_laddr(record.laddr, &sk->__sk_common, record.family);
	record.v6only = BPF_CORE_READ_BITFIELD_PROBED(&sk->__sk_common, skc_ipv6only);
	record.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	record.uid = BPF_CORE_READ(sk, sk_uid.val);
	record.queue = BPF_CORE_READ(stall, sk_ack_backlog);
	record.limit = BPF_CORE_READ(stall, sk_max_ack_backlog);
	record.drops = BPF_CORE_READ(stall, sk_drops.counter);
	record.half_open = BPF_CORE_READ((const struct inet_connection_sock *)sk,
					 icsk_accept_queue.qlen.counter);
	record.lport = BPF_CORE_READ(sk, __sk_common.skc_num);
	record.syncookies = BPF_CORE_READ(net, ipv4.sysctl_tcp_syncookies);
	record.bound_ifindex = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
	record.max_syn_backlog = BPF_CORE_READ(net, ipv4.sysctl_max_syn_backlog);
	bpf_seq_write(seq, &record, sizeof(record));
}

static __always_inline void dump_request(struct seq_file *seq, const struct sock_common *common)
{
	const struct request_sock *request = (const void *)common;
	__u64 sent_us = BPF_CORE_READ((const struct tcp_request_sock *)common, snt_synack);
	struct wire_stall_request record;

	__builtin_memset(&record, 0, sizeof(record));
	stall_head(&record.head, WIRE_KIND_STALL_REQUEST, sizeof(record));
	record.listener = (__u64)BPF_CORE_READ((const struct sock_common *)common, skc_listener);
	record.family = BPF_CORE_READ(common, skc_family);
	read_laddr(record.laddr, common, record.family);
	read_raddr(record.raddr, common, record.family);
	record.netns = BPF_CORE_READ(common, skc_net.net, ns.inum);
	record.lport = BPF_CORE_READ(common, skc_num);
	record.rport = bpf_ntohs(BPF_CORE_READ(common, skc_dport));
	record.retries = BPF_CORE_READ(request, num_retrans);
	record.timeouts = BPF_CORE_READ_BITFIELD_PROBED(request, num_timeout);
	record.lasting = sent_us && record.head.ktime_ns / 1000 >= sent_us + WIRE_STALL_LASTING_US;
	bpf_seq_write(seq, &record, sizeof(record));
}

/* __inet_hash_connect() passes over the buckets of ports that bind() took (net/ipv4). */
static __always_inline bool held_by_bind(const struct sock_common *common, __u8 state)
{
	const struct inet_bind_bucket *bucket =
		state == TIME_WAIT ? BPF_CORE_READ((const struct inet_timewait_sock *)common, tw_tb)
				   : BPF_CORE_READ((const struct inet_connection_sock *)common,
						   icsk_bind_hash);

	return bucket &&
	       (BPF_CORE_READ(bucket, fastreuse) >= 0 || BPF_CORE_READ(bucket, fastreuseport) >= 0);
}

/* It takes its local port from those who connect to dump_raddr and dump_rport. */
static __always_inline void dump_holder(struct seq_file *seq, const struct sock_common *common,
					__u8 state, __u32 uid)
{
	struct wire_stall_holder record;
	const __u64 *want = (const void *)dump_raddr;
	const __u64 *raddr = (const void *)record.raddr;

	if (!dump_rport)
		return;
	__builtin_memset(&record, 0, sizeof(record));
	stall_head(&record.head, WIRE_KIND_STALL_HOLDER, sizeof(record));
	record.family = BPF_CORE_READ(common, skc_family);
	read_raddr(record.raddr, common, record.family);
	record.rport = bpf_ntohs(BPF_CORE_READ(common, skc_dport));
	record.bound = held_by_bind(common, state);
	if (!record.bound &&
	    (record.rport != dump_rport || raddr[0] != want[0] || raddr[1] != want[1]))
		return;
	read_laddr(record.laddr, common, record.family);
	record.sock = (__u64)common;
	record.state = state;
	record.netns = BPF_CORE_READ(common, skc_net.net, ns.inum);
	record.uid = uid;
	record.lport = BPF_CORE_READ(common, skc_num);
	if (state != TIME_WAIT)
		record.inode = read_inode((const struct sock *)common);
	bpf_seq_write(seq, &record, sizeof(record));
}

SEC("?iter/tcp")
int netstate_dump(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	__u8 state;

	if (!common)
		return 0;
	state = BPF_CORE_READ(common, skc_state);
	if (!(dump_states & 1u << (state & 31)))
		return dump_states == 1u << LISTEN ? DUMP_STOP : 0;
	if (has_socket_cookie && (state == LISTEN || state == SYN_SENT))
		bpf_get_socket_cookie(common);
	if (state == LISTEN && !dump_rport) {
		dump_listener(ctx->meta->seq, (const struct sock *)common);
	} else if (state == NEW_SYN_RECV) {
		dump_request(ctx->meta->seq, common);
	} else if (state == SYN_SENT && !dump_rport) {
		/* the loader runs one at a time, and the stack has no room for another record */
		__builtin_memset(&inspected, 0, sizeof(inspected));
		read_stall_sock(&inspected, (const struct sock *)common);
		stall_head(&inspected.head, WIRE_KIND_STALL_SOCK, sizeof(inspected));
		bpf_seq_write(ctx->meta->seq, &inspected, sizeof(inspected));
	} else {
		dump_holder(ctx->meta->seq, common, state, ctx->uid);
	}
	return 0;
}

#endif
