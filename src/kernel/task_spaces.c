/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BPF iterator over tasks -> network namespaces. */
#include "kernel/task_spaces.h"

#include <string.h>

#include "netstate/wire_list.h"

static void on_task(void *context, const void *row)
{
	struct wire_task wire;

	memcpy(&wire, row, sizeof(wire));
	namespaces_add(context, &(struct namespace){.inode = wire.netns,
						    .way = NAMESPACE_OF_TASK,
						    .pid = wire.pid,
						    .number = wire.tid});
}

int task_spaces_read(struct bpf_link *tasks, struct iterator_reader *reader,
		     struct namespaces *spaces)
{
	struct row_handler handler = {sizeof(struct wire_task), on_task, NULL, spaces};

	namespaces_add_own(spaces);
	namespaces_add_mounts(spaces);
	return iterator_read_rows(reader, tasks, &handler);
}
