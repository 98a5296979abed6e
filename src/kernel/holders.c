/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BPF iterators over descriptors and tasks -> who holds which socket, and which namespaces there
 * are. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>

#include "netstate/wire_list.h"
#include "kernel/socket_lists_internal.h"

struct holder_taker {
	struct namespaces *spaces;
	holder_handler take;
	void *context;
	uint32_t last_netns;
};

static void take_holder(void *context, const void *row)
{
	struct holder_taker *taker = context;
	struct connection_owner owner;
	struct wire_holder wire;

	memcpy(&wire, row, sizeof(wire));
	if (wire.netns != taker->last_netns) {
		taker->last_netns = wire.netns;
		namespaces_add(taker->spaces,
			       &(struct namespace){.inode = wire.netns,
						   .way = wire.kind == WIRE_HOLDER_SOCKET
								  ? NAMESPACE_BY_SOCKET
								  : NAMESPACE_BY_FILE,
						   .pid = wire.pid,
						   .number = wire.fd});
	}
	if (wire.kind != WIRE_HOLDER_SOCKET)
		return;
	owner = (struct connection_owner){
		.pid = wire.pid, .uid = wire.uid, .owner = FLOW_OWNER_SCAN};
	memcpy(owner.comm, wire.comm, sizeof(wire.comm));
	taker->take(taker->context, wire.cookie, wire.sock, wire.netns, &owner);
}

int socket_lists_read_holders(struct socket_lists *lists, struct namespaces *spaces,
			      holder_handler take, void *context)
{
	struct holder_taker holder_taker = {.spaces = spaces, .take = take, .context = context};
	struct row_taker taker = {sizeof(struct wire_holder), take_holder, NULL, &holder_taker};

	lists->bpf->bss->scan_number++;
	lists->bpf->bss->only_wanted = false;
	return socket_lists_read_rows(lists, lists->holders, &taker);
}

/* ---------------------------------------------------------------- of some sockets */

static void want(struct socket_lists *lists, const uint64_t *inodes, size_t count)
{
	int map = bpf_map__fd(lists->bpf->maps.wanted);

	for (size_t i = 0; i < count; i++)
		bpf_map_update_elem(map, &inodes[i], &lists->bpf->bss->scan_number, BPF_ANY);
}

static void want_no_more(struct socket_lists *lists, const uint64_t *inodes, size_t count)
{
	int map = bpf_map__fd(lists->bpf->maps.wanted);

	for (size_t i = 0; i < count; i++)
		bpf_map_delete_elem(map, &inodes[i]);
}

int socket_lists_find_holders(struct socket_lists *lists, const uint64_t *inodes, size_t count,
			      holder_handler take, void *context)
{
	struct namespaces none = {};
	struct holder_taker holder_taker = {.spaces = &none, .take = take, .context = context};
	struct row_taker taker = {sizeof(struct wire_holder), take_holder, NULL, &holder_taker};
	int err;

	lists->bpf->bss->scan_number++;
	lists->bpf->bss->only_wanted = true;
	want(lists, inodes, count);
	err = socket_lists_read_rows(lists, lists->holders, &taker);
	want_no_more(lists, inodes, count);
	namespaces_release(&none);
	return err;
}

/* ---------------------------------------------------------------- tasks */

static void take_task(void *context, const void *row)
{
	struct wire_task wire;

	memcpy(&wire, row, sizeof(wire));
	namespaces_add(context, &(struct namespace){.inode = wire.netns,
						    .way = NAMESPACE_OF_TASK,
						    .pid = wire.pid,
						    .number = wire.tid});
}

int socket_lists_read_namespaces(struct socket_lists *lists, struct namespaces *spaces)
{
	struct row_taker taker = {sizeof(struct wire_task), take_task, NULL, spaces};

	namespaces_add_mounts(spaces);
	return socket_lists_read_rows(lists, lists->tasks, &taker);
}
