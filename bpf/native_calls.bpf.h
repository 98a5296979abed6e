/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * connect, accept, bind and listen where netstate cannot open tracefs, as without root: only tracefs
 * has the numbers by which the tracepoints of single system calls are attached. These two programs
 * run at every system call of the machine, and return at once for all but five numbers.
 */
#ifndef BPF_NATIVE_CALLS_BPF_H
#define BPF_NATIVE_CALLS_BPF_H

#include "calls.bpf.h"
#include "compat.bpf.h"
#include "compat_calls.bpf.h"

#ifdef __TARGET_ARCH_x86
enum { /* arch/x86/entry/syscalls/syscall_64.tbl */
       NATIVE_CONNECT = 42,
       NATIVE_ACCEPT = 43,
       NATIVE_BIND = 49,
       NATIVE_LISTEN = 50,
       NATIVE_ACCEPT4 = 288,
};
#else
enum { /* include/uapi/asm-generic/unistd.h */
       NATIVE_BIND = 200,
       NATIVE_LISTEN = 201,
       NATIVE_ACCEPT = 202,
       NATIVE_CONNECT = 203,
       NATIVE_ACCEPT4 = 242,
};
#endif

/* A 32-bit program's calls have numbers of another table. */
static __always_inline bool is_native(int number)
{
	switch (number) {
	case NATIVE_CONNECT:
	case NATIVE_ACCEPT:
	case NATIVE_ACCEPT4:
	case NATIVE_BIND:
	case NATIVE_LISTEN:
		return !has_compat_calls || !in_compat_call();
	default:
		return false;
	}
}

SEC("?tp_btf/sys_enter")
int BPF_PROG(netstate_call_enter, struct pt_regs *regs, long number)
{
	if (number != NATIVE_CONNECT || !is_native((int)number))
		return 0;
	return connect_entered((int)PT_REGS_PARM1_CORE_SYSCALL(regs),
			       (const void *)PT_REGS_PARM2_CORE_SYSCALL(regs),
			       (int)PT_REGS_PARM3_CORE_SYSCALL(regs));
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(netstate_call_exit, struct pt_regs *regs, long ret)
{
	int number = COMPAT_NUMBER(regs);

	if (!is_native(number))
		return 0;
	switch (number) {
	case NATIVE_CONNECT:
		return connect_left(ret);
	case NATIVE_BIND:
		return on_refusal(ret, WIRE_KIND_BIND);
	case NATIVE_LISTEN:
		return on_refusal(ret, WIRE_KIND_LISTEN);
	default:
		return on_accept_exit(ret);
	}
}

#endif
