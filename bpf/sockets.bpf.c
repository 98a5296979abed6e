/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's TCP sockets and their descriptors -> the records that netstat's tables are made of.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "netstate/wire_socket.h"

#define AF_INET6 10

/* include/net/tcp_states.h */
#define TCP_SYN_RECV 3
#define TCP_TIME_WAIT 6
#define TCP_LISTEN 10
#define TCP_NEW_SYN_RECV 12

/* include/net/inet_connection_sock.h: what icsk_pending says */
#define ICSK_TIME_RETRANS 1
#define ICSK_TIME_PROBE0 3
#define ICSK_TIME_LOSS_PROBE 5
#define ICSK_TIME_REO_TIMEOUT 6

/* codes of the column "tr" of /proc/net/tcp */
#define TIMER_ON 1
#define TIMER_KEEPALIVE 2
#define TIMER_TIMEWAIT 3
#define TIMER_PROBE 4

static __always_inline void read_addresses(struct wire_tcp_row *to, struct sock_common *common)
{
	to->lport = common->skc_num;
	to->rport = bpf_ntohs(common->skc_dport);
	if (common->skc_family == AF_INET6 && bpf_core_field_exists(common->skc_v6_daddr)) {
		to->is_v6 = 1;
		for (int i = 0; i < 4; i++) {
			to->laddr[i] = common->skc_v6_rcv_saddr.in6_u.u6_addr32[i];
			to->raddr[i] = common->skc_v6_daddr.in6_u.u6_addr32[i];
		}
		return;
	}
	to->laddr[2] = to->raddr[2] = bpf_htonl(0xffff);
	to->laddr[3] = common->skc_rcv_saddr;
	to->raddr[3] = common->skc_daddr;
}

static __always_inline __s64 ticks_until(__u64 expires)
{
	return (__s64)(expires - bpf_jiffies64());
}

/* Where a kernel has none of these fields the last access is refused at load, and /proc serves. */
static __always_inline __u64 retransmit_expires(struct inet_connection_sock *icsk)
{
	struct inet_connection_sock___6_18 *timer = (void *)icsk;
	struct inet_connection_sock___before_6_18 *timeout = (void *)icsk;
	struct sock___from_6_19 *sk = (void *)icsk;

	if (bpf_core_field_exists(timeout->icsk_timeout))
		return timeout->icsk_timeout;
	if (bpf_core_field_exists(timer->icsk_retransmit_timer))
		return timer->icsk_retransmit_timer.expires;
	return sk->tcp_retransmit_timer.expires;
}

static __always_inline struct timer_list *keepalive_timer(struct inet_connection_sock *icsk)
{
	struct inet_connection_sock___from_6_19 *newer = (void *)icsk;
	struct sock___before_6_19 *sk = (void *)icsk;

	if (bpf_core_field_exists(newer->icsk_keepalive_timer))
		return &newer->icsk_keepalive_timer;
	return &sk->sk_timer;
}

static __always_inline void read_timer(struct wire_tcp_row *to, struct inet_connection_sock *icsk)
{
	struct timer_list *keepalive = keepalive_timer(icsk);
	__u8 pending = icsk->icsk_pending;

	if (pending == ICSK_TIME_RETRANS || pending == ICSK_TIME_LOSS_PROBE ||
	    pending == ICSK_TIME_REO_TIMEOUT) {
		to->timer = TIMER_ON;
		to->ticks = ticks_until(retransmit_expires(icsk));
	} else if (pending == ICSK_TIME_PROBE0) {
		to->timer = TIMER_PROBE;
		to->ticks = ticks_until(retransmit_expires(icsk));
	} else if (keepalive->entry.pprev) {
		to->timer = TIMER_KEEPALIVE;
		to->ticks = ticks_until(keepalive->expires);
	}
}

static __always_inline __u64 inode_of(struct sock *sk)
{
	struct sock___from_6_17 *with_inode = (void *)sk;
	struct socket *socket;
	struct inode *inode;

	if (bpf_core_field_exists(with_inode->sk_ino))
		return with_inode->sk_ino;
	socket = sk->sk_socket;
	if (!socket)
		return 0;
	inode = (void *)socket + bpf_core_field_offset(struct socket_alloc, vfs_inode);
	return BPF_CORE_READ(inode, i_ino);
}

static __always_inline void read_socket(struct wire_tcp_row *to, struct tcp_sock *tcp)
{
	struct inet_connection_sock *icsk = &tcp->inet_conn;
	struct sock *sk = &icsk->icsk_inet.sk;
	__s32 unread;

	to->lport = bpf_ntohs(
		icsk->icsk_inet.inet_sport); /* skc_num is 0 once the port is given back */
	to->state = sk->__sk_common.skc_state;
	to->tx_queue = tcp->write_seq - tcp->snd_una;
	unread = (__s32)(tcp->rcv_nxt - tcp->copied_seq);
	to->rx_queue = to->state == TCP_LISTEN ? sk->sk_ack_backlog : unread > 0 ? unread : 0;
	to->retransmits = icsk->icsk_retransmits;
	to->probes = icsk->icsk_probes_out;
	to->inode = inode_of(sk);
	read_timer(to, icsk);
}

/* Minisockets are known by their state: an MPTCP listener's have another sk_prot than the typed
 * casts ask for. */
static __always_inline void read_time_wait(struct wire_tcp_row *to,
					   struct tcp_timewait_sock *waiting)
{
	to->state = BPF_CORE_READ(waiting, tw_sk.tw_substate);
	to->timer = TIMER_TIMEWAIT;
	to->ticks = ticks_until(BPF_CORE_READ(waiting, tw_sk.tw_timer.expires));
}

static __always_inline void read_request(struct wire_tcp_row *to, struct request_sock *request)
{
	to->state = TCP_SYN_RECV;
	to->timer = TIMER_ON;
	to->ticks = ticks_until(BPF_CORE_READ(request, rsk_timer.expires));
	to->retransmits = BPF_CORE_READ_BITFIELD_PROBED(request, num_timeout);
}

SEC("iter/tcp")
int netstate_tcp_rows(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	struct wire_tcp_row row = {};
	struct tcp_sock *tcp;

	if (!common)
		return 0;
	read_addresses(&row, common);
	row.uid = ctx->uid;
	if (common->skc_state == TCP_TIME_WAIT) {
		read_time_wait(&row, (void *)common);
	} else if (common->skc_state == TCP_NEW_SYN_RECV) {
		read_request(&row, (void *)common);
	} else {
		tcp = (void *)bpf_skc_to_tcp_sock(common);
		if (!tcp)
			return 0;
		read_socket(&row, tcp);
	}
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

/* Threads with descriptors of their own are left out, as netstat does. */
SEC("iter/task_file")
int netstate_socket_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct wire_socket_file row = {};
	struct file *file = ctx->file;

	if (!task || !file || task->pid != task->tgid || !bpf_sock_from_file(file))
		return 0;
	row.pid = task->tgid;
	row.inode = file->f_inode->i_ino;
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
