/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every task with its network namespace. */
#ifndef BPF_TASKS_BPF_H
#define BPF_TASKS_BPF_H

#include "pidns.bpf.h"

#include "netstate/wire_list.h"

SEC("iter/task")
int netstate_list_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct wire_task row = {};

	if (!task)
		return 0;
	row.netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	if (!row.netns) /* it is exiting */
		return 0;
	row.pid = tgid_seen(task);
	row.tid = tid_seen(task);
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

#endif
