/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets and their owners where there are no BPF iterators: by sock_diag and /proc. */
#include "evidence/by_diag.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "netlink/tcp_detail.h"
#include "procfs/owners.h"
#include "procfs/process.h"

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

static void find_owners(struct evidence_store *store, const struct owners *owners)
{
	_cleanup_(cleanup_close) int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < store->socket_count; i++) {
		struct socket_detail *socket = &store->sockets[i];
		const struct socket_owner *found =
			socket->inode ? owners_find(owners, socket->inode) : NULL;

		if (!found)
			continue;
		socket->flow.pid = (uint32_t)found->pid;
		socket->flow.owner = FLOW_OWNER_SCAN;
		if (proc >= 0)
			process_read_comm(proc, found->pid, socket->flow.comm);
	}
}

static int read_owners(struct evidence_store *store)
{
	struct owners *owners;
	int err = owners_new("/proc", false, &owners);

	if (err)
		return err;
	err = owners_scan(owners, 0);
	if (!err)
		find_owners(store, owners);
	store->holders_known = !err && !owners_denied(owners);
	owners_free(owners);
	return 0;
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
