/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every TCP socket of a network namespace with its timers, windows and sequence numbers. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "detail_read.bpf.h"

static __always_inline void read_common(struct wire_detail *to, struct sock_common *common)
{
	to->ktime_ns = bpf_ktime_get_ns();
	to->jiffies = bpf_jiffies64();
	read_ends(&to->sock, common);
	to->sock.cookie = has_socket_cookie ? bpf_get_socket_cookie(common)
					    : (__u64)common->skc_cookie.counter;
	to->sock.sock = (__u64)common;
	to->sock.netns = common->skc_net.net->ns.inum;
	to->state = common->skc_state;
}

SEC("iter/tcp")
int netstate_list_details(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	struct tcp_timewait_sock *waiting;
	struct tcp_request_sock *request;
	struct wire_detail detail = {};
	struct tcp_sock *tcp;

	if (!common)
		return 0;
	read_common(&detail, common);
	waiting = (void *)bpf_skc_to_tcp_timewait_sock(common);
	request = waiting ? NULL : (void *)bpf_skc_to_tcp_request_sock(common);
	tcp = waiting || request ? NULL : (void *)bpf_skc_to_tcp_sock(common);
	if (waiting)
		read_time_wait(&detail, waiting);
	else if (request)
		read_request(&detail, request);
	else if (tcp)
		read_socket(&detail, tcp);
	else
		return 0;
	bpf_seq_write(ctx->meta->seq, &detail, sizeof(detail));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
