/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets that are older than the tracer: their owners, from every process's descriptors, once at the start. */
#ifndef BPF_SCAN_BPF_H
#define BPF_SCAN_BPF_H

#include "owner.bpf.h"

__u64 scanned_sockets;

static __always_inline void task_owner(struct task_struct *task, __u32 *pid, __u32 *uid, void *comm)
{
	*pid = BPF_CORE_READ(task, tgid);
	*uid = BPF_CORE_READ(task, cred, uid.val);
	BPF_CORE_READ_INTO((__u8(*)[WIRE_COMM_SIZE])comm, task, group_leader, comm);
}

/* For a socket that is known by address only, as after accept. */
static __always_inline void scan_by_address(struct task_struct *task, struct sock *sk)
{
	struct accept_entry entry = { .owner = WIRE_OWNER_SCAN };
	__u64 key = (__u64)sk;

	entry.cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	task_owner(task, &entry.pid, &entry.uid, entry.comm);
	bpf_map_update_elem(&accept_queue, &key, &entry, BPF_NOEXIST);
}

/* What the tracer has seen by itself since it was attached is better than what a scan can tell. */
static __always_inline void scan_into(struct task_struct *task, struct sock_memory *memory)
{
	if (!memory || memory->owner)
		return;
	task_owner(task, &memory->pid, &memory->uid, memory->comm);
	memory->owner = WIRE_OWNER_SCAN;
	scanned_sockets++;
}

SEC("iter/task_file")
int scan(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct socket *socket;
	struct sock *sk;

	if (!task || !file)
		return 0;
	if (!has_sock_storage) {
		sk = tcp_sock_of(sock_of_file(file));
		if (sk)
			scan_into(task, memory_create(sk));
		return 0;
	}
	socket = (void *)bpf_sock_from_file((void *)file);
	if (!socket || !socket->sk)
		return 0;
	sk = tcp_sock_of(socket->sk);
	if (!sk)
		return 0;
	if (sk == socket->sk)
		scan_into(task, bpf_sk_storage_get(&sock_storage, socket->sk, NULL,
						   BPF_SK_STORAGE_GET_F_CREATE));
	else
		scan_by_address(task, sk);
	return 0;
}

#endif
