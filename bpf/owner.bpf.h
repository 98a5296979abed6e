/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose socket it is: learnt where `current` is truthful, remembered with the socket. */
#ifndef BPF_OWNER_BPF_H
#define BPF_OWNER_BPF_H

#include "maps.bpf.h"
#include "pidns.bpf.h"
#include "settings.bpf.h"
#include "sock_read.bpf.h"

static __always_inline void copy_comm(void *to, const void *from)
{
	((__u64 *)to)[0] = ((const __u64 *)from)[0];
	((__u64 *)to)[1] = ((const __u64 *)from)[1];
}

/*
 * The process that runs now: thread group id, its leader's comm (an io_uring worker's own is
 * iou-wrk-N), its uid. False in a kernel thread (NFS, io-wq before 5.12): that is nobody's process.
 */
static __always_inline bool current_owner(__u32 *pid, __u32 *uid, void *comm)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (has_rdonly_cast) {
		const struct task_struct *typed = TYPED(task, struct task_struct);

		if (typed->flags & PF_KTHREAD)
			return false;
		copy_comm(comm, typed->group_leader->comm);
	} else {
		if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
			return false;
		BPF_CORE_READ_INTO((__u8(*)[WIRE_COMM_SIZE])comm, task, group_leader, comm);
	}
	*pid = pidns_inode ? tgid_seen(task) : bpf_get_current_pid_tgid() >> 32;
	*uid = (__u32)bpf_get_current_uid_gid();
	return true;
}

static __always_inline void memory_own(struct sock_memory *memory, __u8 owner)
{
	if (current_owner(&memory->pid, &memory->uid, memory->comm))
		memory->owner = owner;
	else
		memory->owner = WIRE_OWNER_NONE;
}

/* A kernel thread (a deferred fput) leaves whoever was there before. */
static __always_inline bool actor_is_current(struct wire_actor *actor)
{
	return current_owner(&actor->pid, &actor->uid, actor->comm);
}

static __always_inline void sock_own(struct wire_sock *sock, __u8 owner)
{
	if (current_owner(&sock->pid, &sock->uid, sock->comm))
		sock->owner = owner;
}

/* An unknown owner leaves the socket's uid, and no pid. */
static __always_inline void sock_take_owner(struct wire_sock *sock,
					    const struct sock_memory *memory)
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
	struct sock_memory *memory = bpf_map_lookup_elem(&netstate_sock_hash, &key);

	if (!memory && has_sock_storage)
		memory = bpf_sk_storage_get(&netstate_sock_storage, (void *)sk, NULL, 0);
	return memory;
}

/* The entry at an address, whosever it was; made where there is none. NULL: no room. */
static __always_inline struct sock_memory *hash_memory(const __u64 *key)
{
	struct sock_memory *memory = bpf_map_lookup_elem(&netstate_sock_hash, key);
	struct sock_memory none = {};

	if (memory)
		return memory;
	bpf_map_update_elem(&netstate_sock_hash, key, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&netstate_sock_hash, key);
}

/* Storage has no limit of its own, and who runs netstate in a memory cgroup pays for everybody's sockets. */
static __always_inline bool storage_takes_new(void)
{
	return has_sock_storage && !scan_max;
}

/* NULL: no room in the hash and no memory for storage. */
static __always_inline struct sock_memory *memory_create(const struct sock *sk)
{
	__u64 key = (__u64)sk;
	struct sock_memory *memory = hash_memory(&key);

	if (!memory && storage_takes_new())
		memory = bpf_sk_storage_get(&netstate_sock_storage, (void *)sk, NULL,
					    BPF_SK_STORAGE_GET_F_CREATE);
	return memory;
}

/* Storage goes with the socket. */
static __always_inline void memory_delete(const struct sock *sk)
{
	__u64 key = (__u64)sk;

	bpf_map_delete_elem(&netstate_sock_hash, &key);
}

static __always_inline void listener_key_of(struct listener_key *key, const struct wire_sock *sock)
{
	__builtin_memcpy(key->laddr, sock->laddr, sizeof(key->laddr));
	key->netns = sock->netns;
	key->lport = sock->lport;
	key->family = sock->family;
}

/*
 * No other listener can have its address, port and family: neither SO_REUSEPORT nor bound to a
 * device. One that listen() is only about to bind has no port yet.
 */
static __always_inline bool is_plain_listener(const struct sock *sk, const struct wire_sock *sock)
{
	return sock->lport && !sk->__sk_common.skc_bound_dev_if &&
	       !BPF_CORE_READ_BITFIELD(&sk->__sk_common, skc_reuseport);
}

/* So that its children find its owner. */
static __always_inline void listener_remember(const struct sock *sk, const struct wire_sock *sock,
					      const struct sock_memory *memory)
{
	struct listener entry = {*memory, (__u64)sk};
	struct listener_key key = {};
	struct sock_memory *storage;

	listener_key_of(&key, sock);
	/* listen() shows LISTEN before it finds that another listener has the address: that one's
	 * entry stays */
	if (is_plain_listener(sk, sock) &&
	    !bpf_map_update_elem(&netstate_listeners, &key, &entry, BPF_NOEXIST))
		return;
	if (!has_sock_storage)
		return;
	storage = bpf_sk_storage_get(&netstate_sock_storage, (void *)sk, NULL,
				     BPF_SK_STORAGE_GET_F_CREATE);
	if (storage)
		*storage = *memory;
}

static __always_inline void listener_forget(const struct wire_sock *sock)
{
	const struct listener *listener;
	struct listener_key key = {};

	listener_key_of(&key, sock);
	listener = bpf_map_lookup_elem(&netstate_listeners, &key);
	if (listener && listener->sock == sock->sock)
		bpf_map_delete_elem(&netstate_listeners, &key);
}

/*
 * The listener that a child is made from, which TPROXY or a BPF sk_lookup program may have chosen: its
 * address is another one then. A fresh child has a copy of its listener's place in the list of a port's
 * sockets (sk_clone_lock() copies all before skc_dontcopy_begin), until it gets its own
 * (__inet_inherit_port()): what is before that place leads to the listener. NULL: somebody else came or
 * went there in between.
 */
static __always_inline const struct sock *listener_cloned(const struct sock *child)
{
	struct hlist_node **before = child->__sk_common.skc_bind_node.pprev;
	const struct sock *listener;
	struct hlist_node *place = NULL;

	bpf_probe_read_kernel(&place, sizeof(place), before);
	if (!place)
		return NULL;
	listener = (void *)place - bpf_core_field_offset(struct sock_common, skc_bind_node);
	return BPF_CORE_READ(listener, __sk_common.skc_state) == LISTEN ? listener : NULL;
}

/* By its own memory, which may be of an earlier socket at that address. */
static __always_inline const struct sock_memory *memory_of_listener(const struct sock *listener)
{
	__u64 key = (__u64)listener;
	const struct sock_memory *memory = bpf_map_lookup_elem(&netstate_sock_hash, &key);
	__u64 cookie = BPF_CORE_READ(listener, __sk_common.skc_cookie.counter);

	return memory && memory->owner && memory->cookie == cookie ? memory : NULL;
}

/* Bound to the connection's address, to ::, to 0.0.0.0 (as IPv4, or by an IPv6 socket as
 * ::ffff:0.0.0.0); where it is known, the listener `cloned` alone. */
static __always_inline const struct sock_memory *listener_of(const struct wire_sock *sock,
							     const struct sock *cloned)
{
	const struct listener *listener;
	struct listener_key key = {};

	listener_key_of(&key, sock);
	listener = bpf_map_lookup_elem(&netstate_listeners, &key);
	if (!listener && sock->family == AF_INET6) {
		__builtin_memset(key.laddr, 0, sizeof(key.laddr));
		listener = bpf_map_lookup_elem(&netstate_listeners, &key);
	}
	if (!listener) {
		mapped_addr(key.laddr, 0);
		listener = bpf_map_lookup_elem(&netstate_listeners, &key);
	}
	if (!listener || (cloned && listener->sock != (__u64)cloned))
		return NULL;
	return &listener->memory;
}

static __always_inline const struct sock_memory *parent_memory(const struct sock *child,
							       const struct wire_sock *sock)
{
	const struct sock *listener = listener_cloned(child);
	const struct sock_memory *memory = listener ? memory_of_listener(listener) : NULL;

	return memory ? memory : listener_of(sock, listener);
}

static __always_inline void inherit(struct sock_memory *memory, const struct sock_memory *listener)
{
	if (!listener || !listener->owner)
		return;
	memory->pid = listener->pid;
	memory->uid = listener->uid;
	copy_comm(memory->comm, listener->comm);
	memory->owner = WIRE_OWNER_INHERITED;
}

/* Of a connection that a listener has just got. Its storage, if it has one, is a copy of the
 * listener's. */
static __always_inline struct sock_memory *memory_of_child(const struct sock *sk,
							   const struct wire_sock *sock)
{
	struct sock_memory *memory, *copy = NULL;
	__u64 key = (__u64)sk;

	if (has_sock_storage)
		copy = bpf_sk_storage_get(&netstate_sock_storage, (void *)sk, NULL, 0);
	memory = hash_memory(&key);
	if (memory) {
		__builtin_memset(memory, 0, sizeof(*memory));
		memory->cookie = sock->cookie;
		inherit(memory, copy ? copy : parent_memory(sk, sock));
		return memory;
	}
	if (!copy && !storage_takes_new())
		return NULL;
	memory = copy ? copy
		      : bpf_sk_storage_get(&netstate_sock_storage, (void *)sk, NULL,
					   BPF_SK_STORAGE_GET_F_CREATE);
	if (!memory)
		return NULL;
	inherit(memory, copy ? copy : parent_memory(sk, sock));
	memory->cookie = sock->cookie;
	memory->since_ns = 0;
	memory->queued_ns = 0;
	memory->last_old = 0;
	memory->last_new = 0;
	memory->closer.pid = 0;
	return memory;
}

#endif
