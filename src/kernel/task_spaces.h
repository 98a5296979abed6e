/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The network namespaces that tasks are in, by a BPF iterator (bpf/tasks.bpf.h). */
#ifndef KERNEL_TASK_SPACES_H
#define KERNEL_TASK_SPACES_H

#include "kernel/iterator_rows.h"
#include "namespaces/namespaces.h"

/* Adds them, and those that are mounted, and this process's own. 0 or -errno. */
int task_spaces_read(struct bpf_link *tasks, struct iterator_reader *reader,
		     struct namespaces *spaces);

#endif
