/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets and their owners where there are no BPF iterators: by sock_diag and /proc. */
#include "evidence/by_diag.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "netlink/tcp_detail.h"
#include "procfs/process.h"
#include "procfs/socket_holders.h"

struct collector {
	struct evidence_store *store;
	int err;
};

static void on_socket(void *context, const struct socket_detail *detail)
{
	struct collector *collector = context;

	if (!collector->err)
		collector->err = evidence_store_socket(collector->store, detail);
}

static void on_unread(void *context, uint32_t netns, int err)
{
	const struct collector *collector = context;

	collector->store->spaces_left_out.unread += !namespace_is_gone(err);
}

static int by_inode(const void *a, const void *b)
{
	const struct socket_detail *left = a, *right = b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

struct owner_search {
	struct evidence_store *store; /* its sockets by inode */
	int proc;
};

/* socket_holder_fn: the first in the order of their numbers is the owner. */
static void on_holder(void *context, uint64_t inode, uint32_t pid)
{
	const struct owner_search *search = context;
	const struct socket_detail key = {.inode = inode};
	struct socket_detail *socket = bsearch(&key, search->store->sockets,
					       search->store->socket_count, sizeof(key), by_inode);

	if (!socket || (socket->flow.pid && socket->flow.pid <= pid))
		return;
	socket->flow.pid = pid;
	socket->flow.owner = FLOW_OWNER_SCAN;
	process_read_comm(search->proc, (int32_t)pid, socket->flow.comm);
}

static int read_owners(struct evidence_store *store)
{
	_cleanup_(cleanup_close) int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_(cleanup_free) uint64_t *inodes = calloc(store->socket_count + 1, sizeof(*inodes));
	struct owner_search search = {store, proc};
	bool denied = false;
	size_t count = 0;
	int err = inodes ? 0 : -ENOMEM;

	if (store->socket_count)
		qsort(store->sockets, store->socket_count, sizeof(*store->sockets), by_inode);
	for (size_t i = 0; !err && i < store->socket_count; i++) {
		if (store->sockets[i].inode)
			inodes[count++] = store->sockets[i].inode;
	}
	if (!err)
		err = socket_holders_scan("/proc", inodes, count, on_holder, &search, &denied);
	store->holders_known = !err && !denied;
	return err == -ENOMEM ? err : 0;
}

int evidence_by_diag(struct evidence_store *store, struct namespaces *spaces)
{
	struct collector collector = {.store = store};
	struct tcp_detail_handler handler = {
		.handle = on_socket, .unread = on_unread, .context = &collector};
	int err;

	namespaces_add_own(spaces);
	namespaces_add_mounts(spaces);
	namespaces_add_tasks(spaces);
	err = tcp_detail_read(spaces, &handler);
	if (!err)
		err = collector.err;
	return err ? err : read_owners(store);
}
