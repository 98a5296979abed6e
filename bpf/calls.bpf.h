/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* connect and accept, as system calls -> call records. */
#ifndef BPF_CALLS_BPF_H
#define BPF_CALLS_BPF_H

#include "call_record.bpf.h"
#include "emit.bpf.h"
#include "owner.bpf.h"
#include "sharing.bpf.h"
#include "sock_read.bpf.h"
#include "thread_call.bpf.h"

#define ENOMEM 12
#define ENFILE 23
#define EMFILE 24
#define EINTR 4
#define ENOBUFS 105
/* Kernel-internal: the call is interrupted; the program sees EINTR (or the call anew).
 * include/linux/errno.h */
#define ERESTARTSYS 512
#define ERESTART_RESTARTBLOCK 516

/* The part of sockaddr_in and sockaddr_in6 that has family, port and address. */
struct any_address {
	__u16 family;
	__be16 port;
	__be32 addr4; /* sockaddr_in6: flow information */
	__u32 addr6[4];
};

#define SOCKADDR_IN_BYTES 16
#define SOCKADDR_IN6_BYTES 24 /* without the scope: the least that the kernel takes */

/* What lies behind the length that the caller gave is no part of the address. */
static __always_inline long read_any_address(struct any_address *any, const void *address,
					     int length)
{
	if (length >= SOCKADDR_IN6_BYTES)
		return bpf_probe_read_user(any, SOCKADDR_IN6_BYTES, address);
	if (length >= SOCKADDR_IN_BYTES)
		return bpf_probe_read_user(any, SOCKADDR_IN_BYTES, address);
	if (length >= (int)sizeof(any->family))
		return bpf_probe_read_user(&any->family, sizeof(any->family), address);
	return -1;
}

/* 0: worth following; -1: AF_UNSPEC, which takes the socket's peer away. With an address that is
 * too short, or not of the Internet's families, the call fails, and call->family stays 0. */
static __always_inline int read_destination(struct connect_call *call, const void *address,
					    int length)
{
	struct any_address any = {};

	if (read_any_address(&any, address, length))
		return 0; /* paged out: the socket itself may have it later */
	if (any.family == AF_UNSPEC)
		return -1;
	if (!(any.family == AF_INET && length >= SOCKADDR_IN_BYTES) &&
	    !(any.family == AF_INET6 && length >= SOCKADDR_IN6_BYTES))
		return 0;
	call->family = any.family;
	call->rport = bpf_ntohs(any.port);
	if (any.family == AF_INET)
		mapped_addr(call->raddr, any.addr4);
	else
		__builtin_memcpy(call->raddr, any.addr6, sizeof(call->raddr));
	return 0;
}

static __always_inline __s32 program_result(long ret)
{
	if (ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK)
		return -EINTR;
	return (__s32)ret;
}

/* The first SYN gives a socket its sequence numbers (tcp_v4_connect()), and nothing takes them away again. */
static __always_inline bool made_no_syn(const struct sock *sk)
{
	return !BPF_CORE_READ((const struct tcp_sock *)sk, write_seq);
}

/*
 * `call` may be NULL: the tracer did not see it begin. The peer is the socket's own, now or as it was
 * at SYN_SENT: a thread of the caller may overwrite the address in the call's memory meanwhile. Where
 * the socket had none, as in a connect without a route, that memory is read and the record marked.
 */
static __always_inline void connect_done(const struct connect_call *call, struct sock *sk, long ret,
					 int fd, __u32 flags)
{
	struct wire_call record;
	__u64 now = bpf_ktime_get_ns();

	__builtin_memset(&record, 0, sizeof(record));
	if (read_address_sock(&record.sock, sk))
		return;
	sock_own(&record.sock, WIRE_OWNER_CONNECT);
	record.head.ktime_ns = now;
	record.latency_ns = WIRE_NS_UNKNOWN;
	record.ret = program_result(ret);
	record.fd = fd;
	record.flags = flags;
	if (ret < 0 && made_no_syn(sk))
		record.flags |= WIRE_CALL_NO_SYN;
	if (call) {
		if (call->start_ns)
			record.latency_ns = now - call->start_ns;
		if (call->family && !record.sock.rport) {
			record.flags |= call->by_socket ? 0 : WIRE_CALL_TOLD_ADDRESS;
			record.sock.rport = call->rport;
			__builtin_memcpy(record.sock.raddr, call->raddr, sizeof(call->raddr));
		}
	}
	finish_call(&record, WIRE_KIND_CONNECT);
}

/* The call's arguments, as the kernel saved them at entry; NULL where this kernel has no way to
 * them. */
static __always_inline struct pt_regs *entry_registers(void)
{
	if (!has_task_pt_regs)
		return NULL;
	return (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
}

/* Kept short: the rest waits for the exit. */
static __always_inline int connect_entered(int fd, const void *address, int length)
{
	struct connect_call *call = thread_call(true);
	struct counters *counters;

	if (!call) {
		counters = counters_get(false);
		if (counters)
			counters->starts_lost++;
		return 0;
	}
	call->start_ns = bpf_ktime_get_ns();
	call->fd = fd;
	call->address = address;
	call->length = length;
	call->by_socket = 0;
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_connect")
int netstate_connect_enter(struct trace_event_raw_sys_enter *ctx)
{
	return connect_entered((__s32)ctx->args[0], (const void *)ctx->args[1],
			       (__s32)ctx->args[2]);
}

/* The end of a call that was entered before the tracer was there. */
static __always_inline void connect_entered_before(long ret)
{
	struct pt_regs *regs = entry_registers();
	struct connect_call call = {};
	struct sock *sk;

	if (!regs)
		return;
	call.fd = (__s32)PT_REGS_PARM1_CORE_SYSCALL(regs);
	sk = tcp_sock_of(sock_of_descriptor(call.fd));
	if (sk && !read_destination(&call, (const void *)PT_REGS_PARM2_CORE_SYSCALL(regs),
				    (int)PT_REGS_PARM3_CORE_SYSCALL(regs)))
		connect_done(&call, sk, ret, call.fd, 0);
}

static __always_inline int connect_left(long ret)
{
	struct connect_call *call = thread_call(false);
	struct sock *sk;

	if (!call || !call->start_ns) {
		connect_entered_before(ret);
		return 0;
	}
	if (!call->by_socket)
		call->family = 0;
	sk = tcp_sock_of(sock_of_descriptor(call->fd));
	if (sk && (call->by_socket || !read_destination(call, call->address, call->length)))
		connect_done(call, sk, ret, call->fd, 0);
	thread_call_end(call);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_connect")
int netstate_connect_exit(struct trace_event_raw_sys_exit *ctx)
{
	return connect_left(ctx->ret);
}

/* The wait in the queue, and the owner for all that comes. */
static __always_inline void accept_own(struct wire_call *record, __u64 now)
{
	struct wire_sock *sock = &record->sock;
	__u64 key = sock->sock;
	struct sock_memory *memory = bpf_map_lookup_elem(&netstate_sock_hash, &key);
	struct sock_memory none = {.cookie = sock->cookie};
	struct counters *counters;

	if (!memory) { /* became established before the tracer was there */
		bpf_map_update_elem(&netstate_sock_hash, &key, &none, BPF_NOEXIST);
		memory = bpf_map_lookup_elem(&netstate_sock_hash, &key);
	}
	if (memory && memory->cookie != sock->cookie)
		*memory = none; /* of an earlier socket at this address */
	if (!memory) {
		counters = counters_get(false);
		if (counters)
			counters->owners_lost++;
		return;
	}
	if (memory->queued_ns)
		record->latency_ns = now - memory->queued_ns;
	memory->pid = sock->pid;
	memory->uid = sock->uid;
	copy_comm(memory->comm, sock->comm);
	memory->owner = WIRE_OWNER_ACCEPT;
}

/* A connection that was reset in the queue is handed out all the same; nothing comes after it. */
static __always_inline void accept_closed(struct wire_call *record, __u64 now)
{
	__u64 key = record->sock.sock;
	const struct sock_memory *memory = bpf_map_lookup_elem(&netstate_sock_hash, &key);

	if (memory && memory->cookie == record->sock.cookie && memory->queued_ns)
		record->latency_ns = now - memory->queued_ns;
}

/* fd -1: io_uring put it into the ring's own table. */
static __always_inline void accept_done(struct sock *sk, int ret, int fd, __u32 flags)
{
	struct wire_call record;
	__u64 now = bpf_ktime_get_ns();

	__builtin_memset(&record, 0, sizeof(record));
	if (read_address_sock(&record.sock, sk))
		return;
	sock_own(&record.sock, WIRE_OWNER_ACCEPT);
	note_table_sharing();
	record.head.ktime_ns = now;
	record.latency_ns = WIRE_NS_UNKNOWN;
	record.ret = ret;
	record.fd = fd;
	record.flags = flags;
	if (read_address_state(sk) == CLOSE)
		accept_closed(&record, now);
	else if (record.sock.owner)
		accept_own(&record, now);
	finish_call(&record, WIRE_KIND_ACCEPT);
}

static __always_inline bool is_shortage(long ret)
{
	return ret == -EMFILE || ret == -ENFILE || ret == -ENOBUFS || ret == -ENOMEM;
}

/* Only an accept that failed for a shortage is worth a record: EAGAIN and the like are normal for a
 * server. */
static __always_inline void accept_failed(struct sock *listener, long ret, __u32 flags)
{
	struct wire_call record;

	__builtin_memset(&record, 0, sizeof(record));
	if (read_address_sock(&record.sock, listener))
		return;
	sock_own(&record.sock, WIRE_OWNER_ACCEPT);
	record.head.ktime_ns = bpf_ktime_get_ns();
	record.latency_ns = WIRE_NS_UNKNOWN;
	record.ret = (__s32)ret;
	record.fd = -1;
	record.flags = flags;
	finish_call(&record, WIRE_KIND_ACCEPT);
}

static __always_inline int accept_ends(long ret, int listener_fd)
{
	struct sock *sk = tcp_sock_of(sock_of_descriptor(ret < 0 ? listener_fd : (int)ret));

	if (sk && ret < 0)
		accept_failed(sk, ret, 0);
	else if (sk)
		accept_done(sk, (int)ret, (int)ret, 0);
	return 0;
}

static __always_inline int on_accept_exit(long ret)
{
	struct pt_regs *regs = NULL;

	if (ret < 0) {
		if (!is_shortage(ret))
			return 0;
		regs = entry_registers();
	}
	return accept_ends(ret, regs ? (int)PT_REGS_PARM1_CORE_SYSCALL(regs) : -1);
}

SEC("tracepoint/syscalls/sys_exit_accept")
int netstate_accept_exit(struct trace_event_raw_sys_exit *ctx)
{
	return on_accept_exit(ctx->ret);
}

SEC("tracepoint/syscalls/sys_exit_accept4")
int netstate_accept4_exit(struct trace_event_raw_sys_exit *ctx)
{
	return on_accept_exit(ctx->ret);
}

/* ---------------------------------------------------------------- bind and listen that fail */

/* bind: the caller's memory has the address that was asked for, and nothing else has it. */
static __always_inline void refused_address(struct wire_refusal *record, const void *address,
					    int length)
{
	struct connect_call call = {};

	if (read_destination(&call, address, length) || !call.family)
		return;
	record->flags |= WIRE_CALL_TOLD_ADDRESS;
	record->sock.lport = call.rport;
	__builtin_memcpy(record->sock.laddr, call.raddr, sizeof(call.raddr));
}

/* Nonzero: neither TCP nor UDP. */
static __always_inline int refused_socket(struct wire_refusal *record, struct sock *of_descriptor)
{
	struct sock *sk = tcp_sock_of(of_descriptor);
	bool is_udp = of_descriptor && !sk && protocol_of(of_descriptor, SOCK_DGRAM) == IPPROTO_UDP;

	if (is_udp)
		sk = of_descriptor;
	if (!sk || read_address_sock(&record->sock, sk))
		return -1;
	if (is_udp)
		record->sock.protocol = WIRE_PROTOCOL_UDP;
	record->sharing = read_sharing(&sk->__sk_common);
	record->device = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
	record->socket_uid = record->sock.uid;
	return 0;
}

static __always_inline int refused(int fd, const void *address, int length, long ret, __u32 kind)
{
	struct counters *counters = counters_get(false);
	struct wire_refusal record;

	__builtin_memset(&record, 0, sizeof(record));
	record.fd = fd;
	if (!counters || refused_socket(&record, sock_of_descriptor(fd)))
		return 0;
	if (kind == WIRE_KIND_BIND)
		refused_address(&record, address, length);
	sock_own(&record.sock, WIRE_OWNER_LISTEN);
	record.head.ktime_ns = bpf_ktime_get_ns();
	record.ret = program_result(ret);
	if (passes(&record.sock, 0))
		emit(counters, &record, sizeof(record), kind, record.head.ktime_ns);
	else
		counters->filtered_calls++;
	return 0;
}

/* The arguments are those that the kernel saved at the call's entry: since Linux 5.15. */
static __always_inline int on_refusal(long ret, __u32 kind)
{
	struct pt_regs *regs = ret < 0 ? entry_registers() : NULL;

	if (!regs)
		return 0;
	return refused((int)PT_REGS_PARM1_CORE_SYSCALL(regs),
		       (const void *)PT_REGS_PARM2_CORE_SYSCALL(regs),
		       (int)PT_REGS_PARM3_CORE_SYSCALL(regs), ret, kind);
}

SEC("tracepoint/syscalls/sys_exit_bind")
int netstate_bind_exit(struct trace_event_raw_sys_exit *ctx)
{
	return on_refusal(ctx->ret, WIRE_KIND_BIND);
}

SEC("tracepoint/syscalls/sys_exit_listen")
int netstate_listen_exit(struct trace_event_raw_sys_exit *ctx)
{
	return on_refusal(ctx->ret, WIRE_KIND_LISTEN);
}

#endif
