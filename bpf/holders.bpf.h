/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every descriptor of a TCP socket or of a network namespace, and who holds it. */
#ifndef BPF_HOLDERS_BPF_H
#define BPF_HOLDERS_BPF_H

#include "pidns.bpf.h"
#include "sock_read.bpf.h"

#include "netstate/wire_list.h"

#define NSFS_MAGIC 0x6e736673

/* Counts the scans: what was remembered of a task is good for one of them. */
__u32 scan_number;
/* Set while it runs: only descriptors of these inodes, each with the number of the scan that wants
 * it. */
bool only_wanted;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, WIRE_WANTED_MAX);
	__type(key, __u64);
	__type(value, __u32);
} netstate_wanted SEC(".maps");

static __always_inline bool read_namespace(struct wire_holder *to, struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	if (BPF_CORE_READ(inode, i_sb, s_magic) != NSFS_MAGIC)
		return false;
	to->kind = WIRE_HOLDER_NAMESPACE;
	to->netns = BPF_CORE_READ(inode, i_ino);
	return true;
}

/*
 * The TCP socket of a descriptor, typed where that is one; an MPTCP socket's subflow is walked to.
 * Generates the cookie of a socket that has none yet: the walk can only read it.
 */
static __always_inline bool read_held_typed(struct wire_holder *to, struct file *file)
{
	struct socket *socket = (void *)bpf_sock_from_file((void *)file);
	struct sock *sk = socket ? socket->sk : NULL;

	if (!sk || sk->sk_protocol != IPPROTO_TCP)
		return false;
	if (sk->__sk_common.skc_family != AF_INET && sk->__sk_common.skc_family != AF_INET6)
		return false;
	to->sock = (__u64)sk;
	to->cookie = sock_cookie(sk);
	to->netns = sk->__sk_common.skc_net.net->ns.inum;
	return true;
}

static __always_inline bool read_held(struct wire_holder *to, struct file *file)
{
	struct sock *sk = tcp_sock_of(sock_of_file(file));

	if (!sk)
		return false;
	to->sock = (__u64)sk;
	to->cookie = (__u64)BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	to->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	return true;
}

/* The same for all descriptors of a task, which follow each other. */
struct {
	__u64 task;
	__u32 tgid;
	__u32 pid; /* as the user sees it */
	__u32 uid;
	__u32 scan;
	__u8 comm[WIRE_COMM_SIZE];
} last_holder;

static __always_inline void read_holder(struct wire_holder *to, struct task_struct *task)
{
	if (last_holder.task != (__u64)task || last_holder.tgid != (__u32)task->tgid ||
	    last_holder.scan != scan_number) {
		last_holder.scan = scan_number;
		last_holder.task = (__u64)task;
		last_holder.tgid = task->tgid;
		last_holder.pid = tgid_seen(task);
		last_holder.uid = BPF_CORE_READ(task, cred, uid.val);
		BPF_CORE_READ_INTO(&last_holder.comm, task, group_leader, comm);
	}
	to->pid = last_holder.pid;
	to->uid = last_holder.uid;
	__builtin_memcpy(to->comm, last_holder.comm, sizeof(to->comm));
}

/* Of what nobody wants no more is read: there may be very many, and each line of memory counts. */
static __always_inline bool is_wanted(const struct file *file)
{
	__u64 inode = file->f_inode->i_ino;
	const __u32 *scan = bpf_map_lookup_elem(&netstate_wanted, &inode);

	return scan && *scan == scan_number;
}

/* The process whose descriptors come now, as the user sees its number. */
__u32 holders_at;
static __u64 holders_at_task;

/*
 * What was reported last. Descriptors that lead to the same file cost next to nothing, and a process may have a
 * million of them: each of its sockets is reported once, as far as this remembers.
 */
#define REPORTED_MAX 1024 /* a power of two */

struct reported {
	__u64 what; /* inode number, and its kind */
	__u32 tgid;
	__u32 scan;
};

static struct reported reported[REPORTED_MAX];

static __always_inline bool was_reported(const struct wire_holder *holder, const struct file *file,
					 const struct task_struct *task)
{
	__u64 inode = file->f_inode->i_ino;
	struct reported *last = &reported[inode & (REPORTED_MAX - 1)];

	inode |= (__u64)holder->kind << 63;
	if (last->what == inode && last->tgid == (__u32)task->tgid && last->scan == scan_number)
		return true;
	last->what = inode;
	last->tgid = task->tgid;
	last->scan = scan_number;
	return false;
}

SEC("iter/task_file")
int netstate_list_holders(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct wire_holder holder = {};

	if (!task || !file)
		return 0;
	if (holders_at_task != (__u64)task) {
		holders_at_task = (__u64)task;
		holders_at = tgid_seen(task);
	}
	if (only_wanted && !is_wanted(file))
		return 0;
	if (!(has_sock_storage && read_held_typed(&holder, file)) && !read_held(&holder, file) &&
	    !read_namespace(&holder, file))
		return 0;
	if (was_reported(&holder, file, task))
		return 0;
	holder.fd = ctx->fd;
	read_holder(&holder, task);
	bpf_seq_write(ctx->meta->seq, &holder, sizeof(holder));
	return 0;
}

#endif
