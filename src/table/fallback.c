/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table's source where there are no BPF iterators. */
#include "table/fallback.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "procfs/owners.h"
#include "procfs/process.h"

void fallback_namespaces(struct namespaces *spaces)
{
	namespaces_add_own(spaces);
	namespaces_add_mounts(spaces);
	namespaces_add_tasks(spaces);
}

#define NAMES 64 /* of the processes that were met last: a power of two */

struct holders {
	struct conn_table *table;
	int proc;
	struct connection_owner known[NAMES];
};

/* owners.h gives the command line's name; the table's is the one that events tell. */
static const char *comm_of(struct holders *holders, uint32_t pid)
{
	struct connection_owner *known = &holders->known[pid % NAMES];

	if (known->pid == pid)
		return known->comm;
	known->pid = pid;
	known->comm[0] = '\0';
	process_read_comm(holders->proc, (int32_t)pid, known->comm);
	return known->comm;
}

static void add_owner(struct holders *holders, const struct connection *row,
		      const struct connection_detail *detail, const struct socket_owner *found)
{
	struct connection_owner owner = {
		.pid = (uint32_t)found->pid,
		.uid = detail->uid,
		.owner = FLOW_OWNER_SCAN,
	};

	memcpy(owner.comm, comm_of(holders, owner.pid), sizeof(owner.comm));
	conn_table_owners_add(holders->table, row->flow.cookie, row->flow.sock, row->flow.netns,
			      &owner);
}

int fallback_owners(const struct table_source *source, struct conn_table *table)
{
	const struct connection *row;
	struct owners *owners;
	struct holders holders = {.table = table, .proc = open("/proc", O_RDONLY | O_CLOEXEC)};
	size_t position = 0;
	int err = owners_new("/proc", false, &owners);

	if (err) {
		cleanup_close(&holders.proc);
		return err;
	}
	err = owners_scan(owners, 0);
	conn_table_owners_begin(table);
	while (!err && (row = conn_table_next(table, &position))) {
		const struct connection_detail *detail = table_source_detail(source, row, position);
		const struct socket_owner *found =
			detail && detail->inode ? owners_find(owners, detail->inode) : NULL;

		if (found)
			add_owner(&holders, row, detail, found);
	}
	conn_table_owners_end(table);
	owners_free(owners);
	cleanup_close(&holders.proc);
	return err;
}
