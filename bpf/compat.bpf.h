/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * 32-bit programs. Only a program at the end of every system call sees their calls, at a cost to all
 * other programs, too. So the loader attaches it when the first of them has shown itself.
 */
#ifndef BPF_COMPAT_BPF_H
#define BPF_COMPAT_BPF_H

#include "maps.bpf.h"
#include "settings.bpf.h"

#ifdef __TARGET_ARCH_x86
#define TS_COMPAT 0x0002 /* arch/x86/include/asm/thread_info.h; until the way back to the program */

static __always_inline bool in_compat_call(void)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();

	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
}
#else
#define TIF_32BIT 22 /* arch/arm64/include/asm/thread_info.h: its programs have no other calls */

static __always_inline bool in_compat_call(void)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();

	return BPF_CORE_READ(task, thread_info.flags) & 1UL << TIF_32BIT;
}
#endif

__u32 compat_wanted;   /* a 32-bit program was seen */
__u32 compat_attached; /* written by the loader */

#define SPACE_32BIT (1UL << 32)

static __always_inline bool is_32bit(const struct task_struct *task)
{
	__u64 size = BPF_CORE_READ(task, mm, task_size);

	return size && size <= SPACE_32BIT; /* a kernel thread has none */
}

/* Wakes the reader without a record; it attaches the program. */
static __always_inline void want_compat_calls(void)
{
	void *nothing;

	if (compat_wanted)
		return;
	compat_wanted = 1;
	nothing = bpf_ringbuf_reserve(&netstate_ring, sizeof(__u64), 0);
	if (nothing)
		bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
}

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(netstate_compat_executes, struct task_struct *task)
{
	if (is_32bit(task))
		want_compat_calls();
	return 0;
}

#endif
