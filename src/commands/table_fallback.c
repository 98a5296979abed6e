/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table's source where there are no BPF iterators. */
#include "commands/table_fallback.h"

#include <string.h>

#include "procfs/owners.h"

void fallback_namespaces(struct namespaces *spaces)
{
	namespaces_add_mounts(spaces);
	namespaces_add_tasks(spaces);
}

static void add_owner(struct conn_table *table, const struct connection *row,
		      const struct connection_detail *detail, const struct socket_owner *found)
{
	struct connection_owner owner = {
		.pid = (uint32_t)found->pid,
		.uid = detail->uid,
		.owner = FLOW_OWNER_SCAN,
	};
	size_t size = found->name_length;

	if (size > sizeof(owner.comm) - 1)
		size = sizeof(owner.comm) - 1;
	memcpy(owner.comm, found->name, size);
	conn_table_owners_add(table, row->flow.cookie, row->flow.sock, row->flow.netns, &owner);
}

int fallback_owners(const struct table_source *source, struct conn_table *table)
{
	const struct connection *row;
	struct owners *owners;
	size_t position = 0;
	int err = owners_new("/proc", false, &owners);

	if (err)
		return err;
	err = owners_scan(owners, 0);
	conn_table_owners_begin(table);
	while (!err && (row = conn_table_next(table, &position))) {
		const struct connection_detail *detail = table_source_detail(source, position);
		const struct socket_owner *found =
			detail && detail->inode ? owners_find(owners, detail->inode) : NULL;

		if (found)
			add_owner(table, row, detail, found);
	}
	conn_table_owners_end(table);
	owners_free(owners);
	return err;
}
