/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * connect, accept, bind and listen of 32-bit programs -> call records. The tracepoints of single
 * system calls ignore calls of the 32-bit table, so this program sees the end of every call, once
 * there are 32-bit programs. It returns at once for all but a few call numbers. Of these the 64-bit
 * table has only getuid (x86), membarrier, copy_file_range, userfaultfd and mlock2 (arm64).
 */
#ifndef BPF_COMPAT_CALLS_BPF_H
#define BPF_COMPAT_CALLS_BPF_H

#include "calls.bpf.h"
#include "compat.bpf.h"
#include "compat_connect.bpf.h"

#ifdef __TARGET_ARCH_x86
enum { /* arch/x86/entry/syscalls/syscall_32.tbl */
       COMPAT_SOCKETCALL = 102,
       COMPAT_BIND = 361,
       COMPAT_CONNECT = 362,
       COMPAT_LISTEN = 363,
       COMPAT_ACCEPT4 = 364,
       COMPAT_ACCEPT = -1,
};
#define COMPAT_NUMBER(regs) ((int)(regs)->orig_ax)
#define COMPAT_FIRST(regs) ((__u32)(regs)->bx)
#define COMPAT_SECOND(regs) ((__u32)(regs)->cx)
#define COMPAT_THIRD(regs) ((__u32)(regs)->dx)
#else
enum { /* arch/arm/tools/syscall.tbl; socketcall(2) is none of EABI's calls */
       COMPAT_SOCKETCALL = -1,
       COMPAT_BIND = 282,
       COMPAT_CONNECT = 283,
       COMPAT_LISTEN = 284,
       COMPAT_ACCEPT = 285,
       COMPAT_ACCEPT4 = 366,
};
#define COMPAT_NUMBER(regs) ((int)(regs)->syscallno)
#define COMPAT_FIRST(regs) ((__u32)(regs)->orig_x0)
#define COMPAT_SECOND(regs) ((__u32)(regs)->regs[1])
#define COMPAT_THIRD(regs) ((__u32)(regs)->regs[2])
#endif

struct compat_call {
	int number;
	int fd;
	__u32 address; /* of bind and connect, in the process */
	int length;
};

/* include/uapi/linux/net.h: socketcall's first argument -> the call that it makes */
static __always_inline int socketcall_number(__u32 call)
{
	switch (call) {
	case 2:
		return COMPAT_BIND;
	case 3:
		return COMPAT_CONNECT;
	case 4:
		return COMPAT_LISTEN;
	case 5: /* accept */
	case 18:
		return COMPAT_ACCEPT4;
	default:
		return 0;
	}
}

/* The arguments are in the caller's memory: its other threads may have changed them meanwhile. */
static __always_inline bool open_socketcall(struct compat_call *call)
{
	struct {
		__u32 fd, address, length;
	} arguments;

	call->number = socketcall_number((__u32)call->fd);
	if (!call->number ||
	    bpf_probe_read_user(&arguments, sizeof(arguments), (const void *)(__u64)call->address))
		return false;
	call->fd = (int)arguments.fd;
	call->address = arguments.address;
	call->length = (int)arguments.length;
	return true;
}

static __always_inline bool is_followed(int number)
{
	return number == COMPAT_CONNECT || number == COMPAT_ACCEPT4 || number == COMPAT_BIND ||
	       number == COMPAT_LISTEN || (COMPAT_ACCEPT > 0 && number == COMPAT_ACCEPT) ||
	       (COMPAT_SOCKETCALL > 0 && number == COMPAT_SOCKETCALL);
}

static __always_inline int compat_connect(const struct compat_call *compat, long ret)
{
	const void *address = (const void *)(__u64)compat->address;
	struct sock *sk = tcp_sock_of(sock_of_descriptor(compat->fd));
	struct connect_call *call = thread_call(true);
	bool reported;

	if (!call)
		return 0;
	reported = call->by_transitions && call->address == sk;
	if (!call->start_ns || call->address != sk) { /* it sent no SYN */
		call->start_ns = 0;
		call->by_socket = 0;
		call->family = 0;
	}
	if (sk && !reported &&
	    (call->by_socket || !read_destination(call, address, compat->length)))
		connect_done(call, sk, ret, compat->fd, 0);
	thread_call_end(call);
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(netstate_compat_exit, struct pt_regs *regs, long ret)
{
	struct compat_call call = {.number = COMPAT_NUMBER(regs)};

	if (!is_followed(call.number) || !in_compat_call())
		return 0;
	call.fd = (int)COMPAT_FIRST(regs);
	call.address = COMPAT_SECOND(regs);
	call.length = (int)COMPAT_THIRD(regs);
	if (COMPAT_SOCKETCALL > 0 && call.number == COMPAT_SOCKETCALL && !open_socketcall(&call))
		return 0;
	if (call.number == COMPAT_CONNECT)
		return compat_connect(&call, ret);
	if (call.number == COMPAT_ACCEPT || call.number == COMPAT_ACCEPT4)
		return ret >= 0 || is_shortage(ret) ? accept_ends(ret, call.fd) : 0;
	if (ret >= 0)
		return 0;
	return refused(call.fd, (const void *)(__u64)call.address, call.length, ret,
		       call.number == COMPAT_BIND ? WIRE_KIND_BIND : WIRE_KIND_LISTEN);
}

#endif
