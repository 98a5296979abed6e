/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets that are older than the tracer: their owners, from every process's descriptors, once at
 * the start. */
#ifndef BPF_SCAN_BPF_H
#define BPF_SCAN_BPF_H

#include "compat.bpf.h"
#include "owner.bpf.h"

/* The same for all descriptors of a task, which follow each other in one scan. */
struct {
	__u64 task;
	__u64 session;
	__u32 tgid;
	__u32 pid; /* as the user sees it */
	__u32 uid;
	__u8 comm[WIRE_COMM_SIZE];
} scanned_task;

__u64 scanned_width; /* the task that was looked at last */

__u32 scan_taken;    /* old sockets that are remembered, of scan_max */
__u32 scan_is_short; /* 1: there are more */

static __always_inline void scan_task(struct task_struct *task, __u64 session)
{
	if (scanned_task.task == (__u64)task && scanned_task.session == session &&
	    scanned_task.tgid == (__u32)task->tgid)
		return;
	scanned_task.task = (__u64)task;
	scanned_task.session = session;
	scanned_task.tgid = task->tgid;
	scanned_task.pid = tgid_seen(task);
	scanned_task.uid = BPF_CORE_READ(task, cred, uid.val);
	BPF_CORE_READ_INTO(&scanned_task.comm, task, group_leader, comm);
}

/* Not only of those that have sockets now. */
static __always_inline void scan_width(struct task_struct *task)
{
	if (!has_compat_calls || scanned_width == (__u64)task)
		return;
	scanned_width = (__u64)task;
	if (is_32bit(task))
		compat_wanted = 1;
}

/* What the tracer has seen by itself since it was attached is better than what a scan finds. */
static __always_inline void scan_into(struct sock_memory *memory, __u64 cookie)
{
	if (memory->cookie && memory->cookie != cookie) /* of an earlier socket at this address */
		__builtin_memset(memory, 0, sizeof(*memory));
	if (memory->owner)
		return;
	memory->cookie = cookie;
	memory->pid = scanned_task.pid;
	memory->uid = scanned_task.uid;
	copy_comm(memory->comm, scanned_task.comm);
	memory->owner = WIRE_OWNER_SCAN;
}

/* What is remembered of a socket already; NULL: nothing. Else whether one more may be. */
static __always_inline bool scan_has_room(struct sock *typed, struct sock_memory **ret_memory)
{
	*ret_memory = bpf_sk_storage_get(&netstate_sock_storage, typed, NULL, 0);
	if (*ret_memory || typed->__sk_common.skc_state == LISTEN)
		return true;
	if (scan_taken < scan_max) {
		scan_taken++; /* one scan runs at a time */
		return true;
	}
	scan_is_short = 1;
	return false;
}

/* `typed` is the same socket, or NULL where only its address is known. Storage: there may be very
 * many old sockets. */
static __always_inline struct sock_memory *scan_memory(const struct sock *sk, struct sock *typed)
{
	__u64 key = (__u64)sk;
	struct sock_memory *memory;

	if (!typed)
		return hash_memory(&key);
	memory = bpf_map_lookup_elem(&netstate_sock_hash, &key);
	if (memory)
		return memory;
	if (scan_max && (!scan_has_room(typed, &memory) || memory))
		return memory;
	return bpf_sk_storage_get(&netstate_sock_storage, typed, NULL, BPF_SK_STORAGE_GET_F_CREATE);
}

/* Children find a listener's owner in its storage (see listener_of()); without storage by what
 * distinguishes it. */
static __always_inline void scan_listener(const struct sock *sk, const struct wire_sock *sock,
					  const struct sock_memory *memory)
{
	struct listener entry = {*memory, (__u64)sk};
	struct listener_key key = {};

	listener_key_of(&key, sock);
	if (!BPF_CORE_READ_BITFIELD_PROBED(&sk->__sk_common, skc_reuseport) &&
	    !BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if))
		bpf_map_update_elem(&netstate_listeners, &key, &entry, BPF_ANY);
}

/* By address alone: before sockets had storage, and an MPTCP socket's subflow. */
static __always_inline void scan_address(const struct sock *sk)
{
	__u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);
	struct sock_memory *memory;
	struct wire_sock sock = {};

	/* of a socket without a connection the owner is learnt when it gets one */
	if (state == CLOSE || state == BOUND_INACTIVE || read_address_sock(&sock, sk))
		return;
	memory = scan_memory(sk, NULL);
	if (!memory)
		return;
	scan_into(memory, sock.cookie);
	if (state == LISTEN)
		scan_listener(sk, &sock, memory);
}

/*
 * Reads no more of the socket than that: there may be very many, and each line of memory counts.
 * Listeners are few, and asked for: their children take a copy of the storage, the reader wants the
 * entry (tracer_find_owner()).
 */
static __always_inline void scan_typed(struct sock *sk)
{
	__u8 state = sk->__sk_common.skc_state;
	struct sock_memory *memory;

	if (state == CLOSE || state == BOUND_INACTIVE)
		return;
	memory = scan_memory(sk, sk);
	if (memory)
		scan_into(memory, sock_cookie(sk));
	memory = state == LISTEN ? scan_memory(sk, NULL) : NULL;
	if (memory)
		scan_into(memory, sock_cookie(sk));
}

SEC("iter/task_file")
int netstate_scan(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct socket *socket;
	struct sock *sk;

	if (!task || !file)
		return 0;
	scan_width(task);
	sk = tcp_sock_of(sock_of_file(file));
	if (!sk)
		return 0;
	scan_task(task, ctx->meta->session_id);
	if (!has_sock_storage) {
		scan_address(sk);
		return 0;
	}
	socket = (void *)bpf_sock_from_file((void *)file);
	if (!socket || !socket->sk)
		return 0;
	if (sk == socket->sk)
		scan_typed(socket->sk);
	else
		scan_address(sk);
	return 0;
}

#endif
