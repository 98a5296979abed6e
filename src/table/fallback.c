/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table's source where there are no BPF iterators. */
#include "table/fallback.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/list_grow.h"
#include "base/scan_bound.h"
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
	uint64_t cookie, sock;
	uint32_t netns;
};

void fallback_note(struct fallback_sockets *sockets, const struct listed_connection *listed)
{
	if (!listed->detail.inode)
		return;
	if (LIST_GROW(sockets->list, sockets->count, sockets->room)) {
		sockets->failed = true;
		return;
	}
	sockets->list[sockets->count++] = (struct wanted_socket){
		listed->detail.inode, listed->flow.cookie, listed->flow.sock, listed->flow.netns};
}

void fallback_sockets_release(struct fallback_sockets *sockets)
{
	free(sockets->list);
	*sockets = (struct fallback_sockets){};
}

struct holders {
	const struct pass_handler *handle;
	int proc;
	struct connection_owner known[NAMES];
	const struct fallback_sockets *sockets; /* by inode, ascending */
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

/* socket_holder_fn */
static void on_holder(void *context, uint64_t inode, uint32_t pid)
{
	struct holders *holders = context;
	const struct wanted_socket key = {.inode = inode};
	const struct wanted_socket *socket = bsearch(
		&key, holders->sockets->list, holders->sockets->count, sizeof(key), compare_inodes);
	struct held_socket held;

	if (!socket)
		return;
	held = (struct held_socket){.cookie = socket->cookie,
				    .sock = socket->sock,
				    .netns = socket->netns,
				    .owner = *owner_of(holders, pid)};
	holders->handle->held(holders->handle->context, &held, 1);
}

static int scan(struct holders *holders)
{
	size_t count = holders->sockets->count;
	_cleanup_(cleanup_free) uint64_t *inodes = calloc(count + 1, sizeof(*inodes));
	bool denied;

	if (!inodes)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		inodes[i] = holders->sockets->list[i].inode;
	return socket_holders_scan("/proc", inodes, count, on_holder, holders, &denied);
}

int fallback_owners(struct fallback_sockets *sockets, const struct pass_handler *handle)
{
	struct holders holders = {
		.handle = handle, .proc = open("/proc", O_RDONLY | O_CLOEXEC), .sockets = sockets};
	const uint32_t nobody = 0;
	int err = sockets->failed ? -ENOMEM : 0;

	if (sockets->count)
		qsort(sockets->list, sockets->count, sizeof(*sockets->list), compare_inodes);
	/* Where a process may not be looked into nothing is known of what nobody else holds. */
	handle->owners_begin(handle->context, geteuid() ? &nobody : NULL, 0);
	if (!err)
		err = scan(&holders);
	if (!err && !scan_bound_left_out())
		handle->owners_end(handle->context);
	cleanup_close(&holders.proc);
	return err;
}
