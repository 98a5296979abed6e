/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's own lists: every TCP socket of a network namespace, every descriptor of one. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "holders.bpf.h"
#include "listed.bpf.h"
#include "tasks.bpf.h"

/* Set while it runs: request and time-wait minisockets and listeners only. */
bool only_waiting;
/* Set while it runs: what lies far apart in the socket and few ask for, too. */
bool with_details;

static __always_inline __u64 cookie_of(struct sock_common *common)
{
	if (has_socket_cookie)
		return bpf_get_socket_cookie(common);
	return (__u64)common->skc_cookie.counter;
}

static __always_inline void read_common(struct wire_listed *to, struct sock_common *common)
{
	to->ktime_ns = bpf_ktime_get_ns();
	read_ends(&to->sock, common);
	to->sock.cookie = cookie_of(common);
	to->sock.sock = (__u64)common;
	to->sock.netns = common->skc_net.net->ns.inum;
	to->state = common->skc_state;
}

static __always_inline void read_tcp(struct wire_listed *to, struct tcp_sock *tcp)
{
	struct sock *sk = &tcp->inet_conn.icsk_inet.sk;

	typed_tcp(&to->sock, sk);
	to->sock.uid = sk->sk_uid.val;
	to->sock.cgroup = typed_cgroup(sk);
	listed_tcp(to, tcp, with_details, true);
}

SEC("iter/tcp")
int netstate_list_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	struct tcp_timewait_sock *waiting;
	struct tcp_request_sock *request;
	struct wire_listed listed = {};
	struct tcp_sock *tcp;

	if (!common)
		return 0;
	if (only_waiting && common->skc_state != LISTEN && common->skc_state != NEW_SYN_RECV &&
	    common->skc_state != TIME_WAIT)
		return 0;
	read_common(&listed, common);
	waiting = (void *)bpf_skc_to_tcp_timewait_sock(common);
	if (waiting) {
		listed_time_wait(&listed, waiting, true);
	} else {
		request = (void *)bpf_skc_to_tcp_request_sock(common);
		tcp = request ? NULL : (void *)bpf_skc_to_tcp_sock(common);
		if (request)
			listed_request(&listed, request);
		else if (tcp)
			read_tcp(&listed, tcp);
		else
			return 0;
	}
	bpf_seq_write(ctx->meta->seq, &listed, sizeof(listed));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
