/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sockets that several processes come to hold by one call of one of them: a descriptor table that processes
 * share (CLONE_FILES without CLONE_THREAD), a file that was inherited before connect() or listen(). The
 * others have no name here, so the reader looks at every process.
 */
#ifndef BPF_SHARING_BPF_H
#define BPF_SHARING_BPF_H

#include "settings.bpf.h"
#include "sock_read.bpf.h"

__u32 touched_lost; /* look at every process: not all of them are named */

/* More users of the table than this process has threads. */
static __always_inline bool shares_table(void)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();

	return BPF_CORE_READ(task, files, count.counter) > BPF_CORE_READ(task, signal, nr_threads);
}

/*
 * connect() and listen(): further descriptors lead to the file. A process with several threads, and
 * io_uring, hold a reference of their own during the call.
 */
static __always_inline bool has_more_descriptors(const struct sock *sk)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();
	const struct file *file = BPF_CORE_READ(sk, sk_socket, file);
	int threads = BPF_CORE_READ(task, files, count.counter) > 1;

	return file && file_references(file) > 1 + (__u64)threads;
}

static __always_inline void note_table_sharing(void)
{
	if (follows_holders && shares_table())
		touched_lost = 1;
}

static __always_inline void note_file_sharing(const struct sock *sk)
{
	if (follows_holders && (has_more_descriptors(sk) || shares_table()))
		touched_lost = 1;
}

#endif
