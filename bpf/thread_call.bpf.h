/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The connect(2) that a thread is in. */
#ifndef BPF_THREAD_CALL_BPF_H
#define BPF_THREAD_CALL_BPF_H

#include "compat.bpf.h"
#include "maps.bpf.h"
#include "settings.bpf.h"

static __always_inline struct connect_call *thread_call(bool create)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct connect_call none = {};

	if (has_task_storage)
		return bpf_task_storage_get(&netstate_connect_tasks,
					    (void *)bpf_get_current_task_btf(), NULL,
					    create ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
	if (create)
		bpf_map_update_elem(&netstate_connect_calls, &thread, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&netstate_connect_calls, &thread);
}

static __always_inline void thread_call_end(struct connect_call *call)
{
	__u64 thread = bpf_get_current_pid_tgid();

	call->by_transitions = 0;
	if (has_task_storage)
		call->start_ns = 0;
	else
		bpf_map_delete_elem(&netstate_connect_calls, &thread);
}

/* A connect of no connect(2), in the thread that asks or a worker: io_uring's completion takes it from here. */
static __always_inline void uring_peer(const struct wire_sock *sock, __u64 now)
{
	struct uring_key key = {sock->sock, URING_PEER};
	struct connect_call call = {
		.start_ns = now, .family = sock->family, .rport = sock->rport, .by_socket = 1};

	if (!io_uring_complete_form)
		return;
	__builtin_memcpy(call.raddr, sock->raddr, sizeof(call.raddr));
	bpf_map_update_elem(&netstate_uring_calls, &key, &call, BPF_ANY);
}

/*
 * At SYN_SENT the socket has its peer; a connect that fails later takes it away again. The entry of a
 * 32-bit call is not seen: for the time that it takes, it begins here, with its socket as `address`.
 */
static __always_inline void thread_call_peer(const struct wire_sock *sock, __u64 now, bool compat)
{
	struct connect_call *call = thread_call(compat);

	if (!call || (!compat && !call->start_ns)) {
		if (!compat)
			uring_peer(sock, now);
		return;
	}
	if (compat) {
		call->start_ns = now;
		call->address = (const void *)sock->sock;
		call->by_transitions = !compat_attached;
	}
	call->family = sock->family;
	call->rport = sock->rport;
	__builtin_memcpy(call->raddr, sock->raddr, sizeof(call->raddr));
	call->by_socket = 1;
}

#endif
