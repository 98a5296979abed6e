/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a transition shows of the 32-bit call that it runs in. */
#ifndef BPF_COMPAT_CONNECT_BPF_H
#define BPF_COMPAT_CONNECT_BPF_H

#include "call_record.bpf.h"
#include "compat.bpf.h"
#include "sock_read.bpf.h"
#include "thread_call.bpf.h"
#include "timeout.bpf.h"

#define EINPROGRESS 115
#define O_NONBLOCK 04000
#define COMPAT_CONNECT_REPORTED 2 /* struct sock_memory.compat_connect */

/* Its own call: the one of a 32-bit program. */
static __always_inline void compat_begins(const struct wire_sock *sock, struct sock_memory *memory,
					  int new, __u64 now)
{
	want_compat_calls();
	memory->compat_connect = new == SYN_SENT && !compat_attached;
	if (new == SYN_SENT)
		thread_call_peer(sock, now, true);
}

/*
 * A 32-bit program's connect before the program that sees its end is attached: what the socket's
 * transitions and flags say of it. Its descriptor they do not. Where the program is attached
 * meanwhile it leaves this call out.
 */
static __always_inline void compat_connect_ends(const struct sock *sk,
						const struct wire_state *state,
						struct sock_memory *memory)
{
	struct wire_call record;

	if (memory->compat_connect == COMPAT_CONNECT_REPORTED)
		return;
	__builtin_memset(&record, 0, sizeof(record));
	if (state->new_state == SYN_SENT) {
		if (!(BPF_CORE_READ(sk, sk_socket, file, f_flags) & O_NONBLOCK))
			return;
		record.ret = -EINPROGRESS;
		record.latency_ns = WIRE_NS_UNKNOWN;
	} else {
		if (state->new_state == CLOSE)
			record.ret = state->err ? -state->err : -ECONNABORTED;
		record.latency_ns = state->after_ns;
	}
	memory->compat_connect = COMPAT_CONNECT_REPORTED;
	record.head.ktime_ns = state->head.ktime_ns;
	record.sock = state->sock;
	record.fd = -1;
	finish_call(&record, WIRE_KIND_CONNECT);
}

#endif
