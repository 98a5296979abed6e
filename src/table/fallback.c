/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table's source where there are no BPF iterators. */
#include "table/fallback.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "procfs/process.h"
#include "procfs/process_facts.h"
#include "procfs/socket_holders.h"

void fallback_namespaces(struct namespaces *spaces)
{
	namespaces_add_own(spaces);
	namespaces_add_mounts(spaces);
	namespaces_add_tasks(spaces);
}

/* ---------------------------------------------------------------- every process that holds a socket */

#define NAMES 64 /* of the processes that were met last: a power of two */

struct wanted_socket {
	uint64_t inode;
	struct flow flow;
};

struct holders {
	struct conn_table *table;
	int proc;
	struct connection_owner known[NAMES];
	struct wanted_socket *sockets; /* by inode, ascending */
	size_t count;
};

static int compare_inodes(const void *a, const void *b)
{
	const struct wanted_socket *left = a, *right = b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

static const struct connection_owner *owner_of(struct holders *holders, uint32_t pid)
{
	struct connection_owner *known = &holders->known[pid % NAMES];

	if (known->pid == pid)
		return known;
	*known = (struct connection_owner){.pid = pid, .owner = FLOW_OWNER_SCAN};
	process_read_comm(holders->proc, (int32_t)pid, known->comm);
	process_read_uid(holders->proc, pid, &known->uid);
	return known;
}

/* socket_holder_take */
static void take_holder(void *context, uint64_t inode, uint32_t pid)
{
	struct holders *holders = context;
	const struct wanted_socket key = {.inode = inode};
	const struct wanted_socket *socket = bsearch(&key, holders->sockets, holders->count,
						     sizeof(*holders->sockets), compare_inodes);

	if (socket)
		conn_table_owners_add(holders->table, socket->flow.cookie, socket->flow.sock,
				      socket->flow.netns, owner_of(holders, pid));
}

static int collect_sockets(struct holders *holders, const struct table_source *source)
{
	const struct connection *row;
	size_t position = 0;

	holders->sockets = calloc(conn_table_size(holders->table) + 1, sizeof(*holders->sockets));
	if (!holders->sockets)
		return -ENOMEM;
	while ((row = conn_table_next(holders->table, &position))) {
		const struct connection_detail *detail = table_source_detail(source, row, position);

		if (detail && detail->inode)
			holders->sockets[holders->count++] =
				(struct wanted_socket){detail->inode, row->flow};
	}
	qsort(holders->sockets, holders->count, sizeof(*holders->sockets), compare_inodes);
	return 0;
}

static int scan(struct holders *holders, bool *ret_denied)
{
	_cleanup_(cleanup_free) uint64_t *inodes = calloc(holders->count + 1, sizeof(*inodes));

	if (!inodes)
		return -ENOMEM;
	for (size_t i = 0; i < holders->count; i++)
		inodes[i] = holders->sockets[i].inode;
	return socket_holders_scan("/proc", inodes, holders->count, take_holder, holders,
				   ret_denied);
}

/* Where a process may not be looked into nothing is known of what nobody else holds. */
static void begin(struct conn_table *table)
{
	const uint32_t nobody = 0;

	if (geteuid())
		conn_table_owners_begin_of(table, &nobody, 0);
	else
		conn_table_owners_begin(table);
}

int fallback_owners(const struct table_source *source, struct conn_table *table)
{
	struct holders holders = {.table = table, .proc = open("/proc", O_RDONLY | O_CLOEXEC)};
	bool denied = false;
	int err = collect_sockets(&holders, source);

	begin(table);
	if (!err)
		err = scan(&holders, &denied);
	if (!err)
		conn_table_owners_end(table);
	free(holders.sockets);
	cleanup_close(&holders.proc);
	return err;
}
