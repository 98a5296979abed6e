/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pid -> struct who_process. */
#include "table/who_processes.h"

#include <stdlib.h>

#define ROOM_FIRST 64 /* a power of two; at most half of it is used */

/* The place of this pid, or the free one where it belongs. */
static struct who_process **slot_of(struct who_process **slots, size_t room, uint32_t pid)
{
	size_t at = (pid * 2654435761u) & (room - 1);

	while (slots[at] && slots[at]->pid != pid)
		at = (at + 1) & (room - 1);
	return &slots[at];
}

static int grow(struct who_processes *processes)
{
	size_t room = processes->room ? processes->room * 2 : ROOM_FIRST;
	struct who_process **slots = calloc(room, sizeof(struct who_process *));

	if (!slots)
		return -1;
	for (size_t i = 0; i < processes->room; i++) {
		if (processes->slots[i])
			*slot_of(slots, room, processes->slots[i]->pid) = processes->slots[i];
	}
	free(processes->slots);
	processes->slots = slots;
	processes->room = room;
	return 0;
}

struct who_process *who_processes_get(struct who_processes *processes, uint32_t pid)
{
	struct who_process **slot, *process;

	if (processes->count >= processes->room / 2 && grow(processes))
		return NULL;
	slot = slot_of(processes->slots, processes->room, pid);
	process = *slot;
	if (process)
		return process;
	process = calloc(1, sizeof(*process));
	if (!process)
		return NULL;
	process->pid = pid;
	*slot = process;
	processes->count++;
	return process;
}

void who_processes_release(struct who_processes *processes)
{
	for (size_t i = 0; i < processes->room; i++)
		free(processes->slots[i]);
	free(processes->slots);
	*processes = (struct who_processes){0};
}
