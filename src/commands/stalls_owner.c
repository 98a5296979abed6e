/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A socket -> the process that holds it: by the iterator over descriptors, or where there is none
 * through /proc. */
#include <stdio.h>
#include <string.h>

#include "commands/stalls.h"
#include "procfs/owners.h"

static void take_holder(void *context, uint64_t cookie, uint64_t sock, uint32_t netns,
			const struct connection_owner *owner)
{
	struct stalls_owner *search = context;

	if (sock != search->sock || search->pid)
		return;
	search->pid = owner->pid;
	search->uid = owner->uid;
	memcpy(search->comm, owner->comm, sizeof(search->comm));
}

/* comm as /proc/PID/comm has it; owners.h gives the command line's name, which may differ. */
static void read_comm(struct stalls_owner *search)
{
	char path[32], comm[FLOW_COMM_SIZE] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/comm", search->pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(comm, sizeof(comm), file))
		comm[strcspn(comm, "\n")] = '\0';
	memcpy(search->comm, comm, sizeof(search->comm));
	fclose(file);
}

static void find_by_inode(struct stalls_owner *search)
{
	const struct socket_owner *found = NULL;
	struct owners *owners;

	if (!search->inode || owners_new("/proc", false, &owners))
		return;
	if (!owners_scan(owners, 0))
		found = owners_find(owners, search->inode);
	if (found) {
		search->pid = (uint32_t)found->pid;
		read_comm(search);
	}
	owners_free(owners);
}

void stalls_find_owner(struct stalls *stalls, struct stalls_owner *owner)
{
	if (stalls->lists)
		lists_read_holders(stalls->lists, &stalls->places.spaces, take_holder, owner);
	else
		find_by_inode(owner);
}
