/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose socket it is: learnt where `current` is truthful, remembered with the socket. */
#ifndef BPF_OWNER_BPF_H
#define BPF_OWNER_BPF_H

#include "maps.bpf.h"
#include "settings.bpf.h"
#include "sock_read.bpf.h"

static __always_inline void copy_comm(void *to, const void *from)
{
	((__u64 *)to)[0] = ((const __u64 *)from)[0];
	((__u64 *)to)[1] = ((const __u64 *)from)[1];
}

/*
 * The process that runs now: thread group id, its leader's comm (an io_uring worker's own is iou-wrk-N), its uid.
 * False in a kernel thread (NFS, io-wq before 5.12): that is nobody's process.
 */
static __always_inline bool current_owner(__u32 *pid, __u32 *uid, void *comm)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return false;
	*pid = pid_tgid >> 32;
	*uid = (__u32)bpf_get_current_uid_gid();
	if ((__u32)pid_tgid == *pid)
		bpf_get_current_comm(comm, WIRE_COMM_SIZE);
	else
		BPF_CORE_READ_INTO((__u8(*)[WIRE_COMM_SIZE])comm, task, group_leader, comm);
	return true;
}

static __always_inline void memory_own(struct sock_memory *memory, __u8 owner)
{
	if (current_owner(&memory->pid, &memory->uid, memory->comm))
		memory->owner = owner;
	else
		memory->owner = WIRE_OWNER_NONE;
}

static __always_inline void sock_own(struct wire_sock *sock, __u8 owner)
{
	if (current_owner(&sock->pid, &sock->uid, sock->comm))
		sock->owner = owner;
}

/* An unknown owner leaves the socket's uid, and no pid. */
static __always_inline void sock_take_owner(struct wire_sock *sock, const struct sock_memory *memory)
{
	sock->owner = memory->owner;
	if (!memory->owner)
		return;
	sock->pid = memory->pid;
	sock->uid = memory->uid;
	copy_comm(sock->comm, memory->comm);
}

static __always_inline struct sock_memory *memory_find(const struct sock *sk)
{
	__u64 key = (__u64)sk;

	if (has_sock_storage)
		return bpf_sk_storage_get(&sock_storage, (void *)sk, NULL, 0);
	return bpf_map_lookup_elem(&sock_hash, &key);
}

static __always_inline struct sock_memory *memory_create(const struct sock *sk)
{
	struct sock_memory none = {};
	__u64 key = (__u64)sk;

	if (has_sock_storage)
		return bpf_sk_storage_get(&sock_storage, (void *)sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	bpf_map_update_elem(&sock_hash, &key, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&sock_hash, &key);
}

static __always_inline void listener_key_of(struct listener_key *key, const struct sock *sk)
{
	struct wire_sock sock = {};

	read_ends(&sock, &sk->__sk_common);
	__builtin_memcpy(key->laddr, sock.laddr, sizeof(key->laddr));
	key->netns = sk->__sk_common.skc_net.net->ns.inum;
	key->lport = sock.lport;
	key->family = sock.family;
}

/* Without socket storage nothing is copied to the child, so listeners are also kept by what a clone shares with them. */
static __always_inline void listener_remember(const struct sock *sk, const struct sock_memory *memory)
{
	struct listener_key key = {};
	struct sock_memory *other;
	struct sock_memory shared = {};

	if (has_sock_storage)
		return;
	listener_key_of(&key, sk);
	other = bpf_map_lookup_elem(&listener_hash, &key);
	if (other && other->pid != memory->pid)
		memory = &shared; /* SO_REUSEPORT: no telling which of them the child will be from */
	bpf_map_update_elem(&listener_hash, &key, memory, BPF_ANY);
}

static __always_inline void child_inherit(const struct sock *sk, struct sock_memory *memory)
{
	struct sock_memory *listener;
	struct listener_key key = {};

	if (!has_sock_storage) {
		listener_key_of(&key, sk);
		listener = bpf_map_lookup_elem(&listener_hash, &key);
		if (listener)
			*memory = *listener;
	}
	if (memory->owner)
		memory->owner = WIRE_OWNER_INHERITED;
	memory->since_ns = 0;
}

#endif
