/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loads and attaches bpf/netns_seen.bpf.c, and reads its ring. */
#include "kernel/netns_seen.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/drain_turn.h"
#include "kernel/tracefs.h"
#include "kernel/pidns.h"
#include "netns_seen.skel.h"
#include "netstate/wire_netns.h"

struct netns_seen {
	struct netns_seen_bpf *bpf;
	struct bpf_link *connects, *sockets;
	struct ring_buffer *ring;
	netns_seen_fn handle; /* of the drain under way */
	void *callback_context;
	unsigned int taken; /* in this turn */
};

static int on_record(void *context, void *data, size_t size)
{
	struct netns_seen *seen = context;
	const struct wire_netns *record = data;

	if (size >= sizeof(*record))
		seen->handle(seen->callback_context, record->netns, record->pid);
	return drain_turn(&seen->taken);
}

static int open_seen(struct netns_seen *seen, uint32_t own)
{
	static const uint64_t never = UINT64_MAX;
	_cleanup_(cleanup_close) int tracefs_fd = tracefs_open();
	int err;

	if (tracefs_fd < 0)
		return tracefs_fd;
	seen->bpf = netns_seen_bpf__open();
	if (!seen->bpf)
		return -errno;
	seen->bpf->rodata->pidns_inode = pidns_inode();
	err = netns_seen_bpf__load(seen->bpf);
	if (err)
		return err;
	if (bpf_map_update_elem(bpf_map__fd(seen->bpf->maps.reported_until), &own, &never, BPF_ANY))
		return -errno;
	seen->ring =
		ring_buffer__new(bpf_map__fd(seen->bpf->maps.netns_ring), on_record, seen, NULL);
	if (!seen->ring)
		return -errno;
	err = tracefs_attach(seen->bpf->progs.connect_begins, tracefs_fd,
			     "syscalls/sys_enter_connect", &seen->connects);
	if (!err)
		err = tracefs_attach(seen->bpf->progs.socket_begins, tracefs_fd,
				     "syscalls/sys_enter_socket", &seen->sockets);
	return err;
}

int netns_seen_new(uint32_t own, struct netns_seen **ret_seen)
{
	struct netns_seen *seen = calloc(1, sizeof(*seen));
	int err;

	if (!seen)
		return -ENOMEM;
	err = open_seen(seen, own);
	if (err) {
		netns_seen_free(seen);
		return err;
	}
	*ret_seen = seen;
	return 0;
}

void netns_seen_free(struct netns_seen *seen)
{
	if (!seen)
		return;
	bpf_link__destroy(seen->sockets);
	bpf_link__destroy(seen->connects);
	ring_buffer__free(seen->ring);
	netns_seen_bpf__destroy(seen->bpf);
	free(seen);
}

int netns_seen_fd(const struct netns_seen *seen)
{
	return ring_buffer__epoll_fd(seen->ring);
}

void netns_seen_drain(struct netns_seen *seen, netns_seen_fn handle, void *context)
{
	seen->handle = handle;
	seen->callback_context = context;
	seen->taken = 0;
	ring_buffer__consume(seen->ring);
}

void netns_seen_forget(struct netns_seen *seen, uint32_t netns)
{
	bpf_map_delete_elem(bpf_map__fd(seen->bpf->maps.reported_until), &netns);
}
