/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The processes of who's sockets, each once: one may hold a hundred thousand. */
#ifndef TABLE_WHO_PROCESSES_H
#define TABLE_WHO_PROCESSES_H

#include <stddef.h>

#include "netstate/who.h"

/* Zero-initialise. A hash by pid. */
struct who_processes {
	struct who_process **slots;
	size_t count, room;
};

/* The one with this number, zero but for it where it is new. It does not move. NULL: out of memory. */
struct who_process *who_processes_get(struct who_processes *processes, uint32_t pid);
void who_processes_release(struct who_processes *processes);

#endif
