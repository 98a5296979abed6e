/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's own lists: every TCP socket of a network namespace, every descriptor of one. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "listed.bpf.h"

#define NSFS_MAGIC 0x6e736673

/* Set while it runs: request and time-wait minisockets and listeners only. */
bool only_waiting;
/* Set while it runs: what lies far apart in the socket and few ask for, too. */
bool with_details;
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
} wanted SEC(".maps");

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
int list_tcp(struct bpf_iter__tcp *ctx)
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

static __always_inline bool read_namespace(struct wire_holder *to, struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	if (BPF_CORE_READ(inode, i_sb, s_magic) != NSFS_MAGIC)
		return false;
	to->kind = WIRE_HOLDER_NAMESPACE;
	to->netns = BPF_CORE_READ(inode, i_ino);
	return true;
}

/* The TCP socket of a descriptor, typed where that is one; an MPTCP socket's subflow is walked to.
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
	to->cookie = (__u64)sk->__sk_common.skc_cookie.counter;
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
	__u32 pid;
	__u32 uid;
	__u32 scan;
	__u8 comm[WIRE_COMM_SIZE];
} last_holder;

static __always_inline void read_holder(struct wire_holder *to, struct task_struct *task)
{
	if (last_holder.task != (__u64)task || last_holder.pid != (__u32)task->tgid ||
	    last_holder.scan != scan_number) {
		last_holder.scan = scan_number;
		last_holder.task = (__u64)task;
		last_holder.pid = task->tgid;
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
	const __u32 *scan = bpf_map_lookup_elem(&wanted, &inode);

	return scan && *scan == scan_number;
}

SEC("iter/task_file")
int list_holders(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct wire_holder holder = {};

	if (!task || !file)
		return 0;
	if (only_wanted && !is_wanted(file))
		return 0;
	if (!(has_sock_storage && read_held_typed(&holder, file)) && !read_held(&holder, file) &&
	    !read_namespace(&holder, file))
		return 0;
	holder.fd = ctx->fd;
	read_holder(&holder, task);
	bpf_seq_write(ctx->meta->seq, &holder, sizeof(holder));
	return 0;
}

SEC("iter/task")
int list_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct wire_task row = {};

	if (!task)
		return 0;
	row.netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	if (!row.netns) /* it is exiting */
		return 0;
	row.pid = task->tgid;
	row.tid = task->pid;
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
