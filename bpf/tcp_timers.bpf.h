/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Timers of a TCP socket, where each kernel has them. `typed`, a constant: as in listed.bpf.h.
 */
#ifndef BPF_TCP_TIMERS_BPF_H
#define BPF_TCP_TIMERS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define GET(typed, pointer, field) ((typed) ? (pointer)->field : BPF_CORE_READ(pointer, field))

/* enum sock_flags in include/net/sock.h */
#define SOCK_KEEPOPEN_BIT 8

/* icsk_pending */
#define PENDING_RETRANSMIT 1
#define PENDING_PROBE 3
#define PENDING_LOSS_PROBE 5
#define PENDING_REORDER 6

/* enum tcp_chrono */
#define CHRONO_RWND_LIMITED 2
#define CHRONO_SNDBUF_LIMITED 3

static __always_inline bool pending_retransmit(__u8 pending)
{
	return pending == PENDING_RETRANSMIT || pending == PENDING_LOSS_PROBE ||
	       pending == PENDING_REORDER;
}

/* When the retransmission or probe timer fires, in jiffies. */
static __always_inline __u64 timer_expires(const struct tcp_sock *tcp, bool typed)
{
	if (bpf_core_field_exists(struct inet_connection_sock___before_6_18, icsk_timeout))
		return GET(typed, (const struct inet_connection_sock___before_6_18 *)tcp,
			   icsk_timeout);
	if (bpf_core_field_exists(struct inet_connection_sock___6_18, icsk_retransmit_timer))
		return GET(typed, (const struct inet_connection_sock___6_18 *)tcp,
			   icsk_retransmit_timer.expires);
	if (bpf_core_field_exists(struct sock___from_6_19, tcp_retransmit_timer))
		return GET(typed, (const struct sock___from_6_19 *)tcp,
			   tcp_retransmit_timer.expires);
	return 0;
}

#endif
