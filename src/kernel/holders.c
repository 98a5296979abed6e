/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A BPF iterator over all descriptors -> who holds which socket, and which namespaces there are. */
#include "kernel/holders.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "base/scan_bound.h"
#include "kernel/features.h"
#include "kernel/processes_left.h"
#include "netstate/wire_list.h"

int holders_attach(struct holder_scan *holders, const struct bpf_program *program,
		   const struct bpf_map *wanted)
{
	holders->program = program;
	holders->link = bpf_program__attach_iter(program, NULL);
	holders->wanted = wanted;
	return holders->link ? 0 : -errno;
}

void holders_release(struct holder_scan *holders)
{
	bpf_link__destroy(holders->link);
	*holders = (struct holder_scan){};
}

static bool has_task_iterators(void)
{
	struct features features;

	return !features_of_kernel(&features) && features.task_iterators;
}

struct holder_sink {
	struct namespaces *spaces;
	holder_handler handle;
	void *context;
	uint32_t last_netns;
};

static void add_namespace(struct namespaces *spaces, const struct wire_holder *wire)
{
	struct namespace space = {
		.inode = wire->netns,
		.way = wire->kind == WIRE_HOLDER_SOCKET ? NAMESPACE_BY_SOCKET : NAMESPACE_BY_FILE,
		.pid = wire->pid,
		.number = wire->fd,
	};

	namespaces_add(spaces, &space);
}

static void on_holder(void *context, const void *row)
{
	struct holder_sink *handler = context;
	struct held_socket held;
	struct wire_holder wire;

	memcpy(&wire, row, sizeof(wire));
	if (handler->spaces && wire.netns != handler->last_netns) {
		handler->last_netns = wire.netns;
		add_namespace(handler->spaces, &wire);
	}
	if (wire.kind != WIRE_HOLDER_SOCKET)
		return;
	held = (struct held_socket){
		.cookie = wire.cookie,
		.sock = wire.sock,
		.netns = wire.netns,
		.fd = wire.fd,
		.owner = {.pid = wire.pid, .uid = wire.uid, .owner = FLOW_OWNER_SCAN},
	};
	memcpy(held.owner.comm, wire.comm, sizeof(wire.comm));
	handler->handle(handler->context, &held);
}

static int scan(struct bpf_link *link, struct iterator_reader *reader,
		struct holder_sink *holder_sink, const struct scan_bound *bound)
{
	struct row_handler handler = {sizeof(struct wire_holder), on_holder, NULL, holder_sink};
	int err;

	reader->bound = bound;
	err = iterator_read_rows(reader, link, &handler);
	reader->bound = NULL;
	return err;
}

static int scan_process(const struct holder_scan *holders, struct iterator_reader *reader,
			uint32_t pid, struct holder_sink *sink, const struct scan_bound *bound)
{
	union bpf_iter_link_info info = {.task.pid = pid};
	LIBBPF_OPTS(bpf_iter_attach_opts, options, .link_info = &info,
		    .link_info_len = sizeof(info));
	struct bpf_link *link = bpf_program__attach_iter(holders->program, &options);
	int err;

	if (!link)
		return -errno;
	err = scan(link, reader, sink, bound);
	bpf_link__destroy(link);
	return err;
}

/*
 * There was no time for those behind the one that was read last. They are read one by one, those with few descriptors
 * first. 0 or -ENOMEM; the others are noted.
 */
static int scan_rest(const struct holder_scan *holders, struct iterator_reader *reader,
		     struct holder_sink *sink)
{
	struct processes_left left;
	struct scan_bound all, one;
	int err = processes_left_list(&left, *holders->at);
	bool one_by_one = has_task_iterators();
	size_t unread = 1; /* that one itself */

	scan_bound_begin(&all, SCAN_BOUND_REST);
	for (size_t i = 0; !err && i < left.count; i++) {
		scan_bound_begin(&one, SCAN_BOUND_ONE);
		if (!one_by_one || scan_bound_over(&all) ||
		    scan_process(holders, reader, left.list[i].pid, sink, &one) == -ETIME)
			unread++;
	}
	processes_left_release(&left);
	scan_bound_note(unread);
	return err;
}

static int scan_all(const struct holder_scan *holders, struct iterator_reader *reader,
		    struct holder_sink *sink)
{
	struct scan_bound bound;
	int err;

	scan_bound_begin(&bound, SCAN_BOUND_REST);
	err = scan(holders->link, reader, sink, &bound);
	return err == -ETIME ? scan_rest(holders, reader, sink) : err;
}

int holders_read(struct holder_scan *holders, struct iterator_reader *reader,
		 struct namespaces *spaces, holder_handler handle, void *context)
{
	struct holder_sink handler = {.spaces = spaces, .handle = handle, .context = context};

	++*holders->scan_number;
	*holders->only_wanted = false;
	return scan_all(holders, reader, &handler);
}

int holders_read_of(struct holder_scan *holders, struct iterator_reader *reader, uint32_t pid,
		    holder_handler handle, void *context)
{
	struct holder_sink handler = {.handle = handle, .context = context};
	struct scan_bound bound;
	int err;

	++*holders->scan_number;
	*holders->only_wanted = false;
	scan_bound_begin(&bound, SCAN_BOUND_REST);
	err = scan_process(holders, reader, pid, &handler, &bound);
	if (err == -ETIME)
		scan_bound_note(1);
	return err == -ETIME ? 0 : err;
}

/* ---------------------------------------------------------------- of some sockets */

static void want(const struct holder_scan *holders, const uint64_t *inodes, size_t count)
{
	int map = bpf_map__fd(holders->wanted);

	for (size_t i = 0; i < count; i++)
		bpf_map_update_elem(map, &inodes[i], holders->scan_number, BPF_ANY);
}

static void want_no_more(const struct holder_scan *holders, const uint64_t *inodes, size_t count)
{
	int map = bpf_map__fd(holders->wanted);

	for (size_t i = 0; i < count; i++)
		bpf_map_delete_elem(map, &inodes[i]);
}

int holders_find(struct holder_scan *holders, struct iterator_reader *reader,
		 const uint64_t *inodes, size_t count, holder_handler handle, void *context)
{
	struct holder_sink handler = {.handle = handle, .context = context};
	int err;

	++*holders->scan_number;
	*holders->only_wanted = true;
	want(holders, inodes, count);
	err = scan_all(holders, reader, &handler);
	want_no_more(holders, inodes, count);
	return err;
}
