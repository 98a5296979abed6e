/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BPF iterators -> rows. */
#include "kernel/socket_lists.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/debug.h"
#include "kernel/listed_row.h"
#include "lists.skel.h"
#include "kernel/features.h"
#include "kernel/leave_maps_out.h"
#include "kernel/libbpf_log.h"
#include "kernel/pidns.h"

struct socket_lists {
	struct lists_bpf *bpf;
	struct bpf_link *tcp, *tasks;
	struct holder_scan holders;
	struct iterator_reader reader;
	int64_t tick_ns;
};

static int load(struct socket_lists *lists)
{
	struct features features;
	int err = features_of_kernel(&features);

	if (err)
		return err;
	lists->bpf = lists_bpf__open();
	if (!lists->bpf)
		return -errno;
	lists->bpf->rodata->has_socket_cookie = features.socket_cookie;
	lists->bpf->rodata->has_sock_storage = features.sock_storage;
	lists->bpf->rodata->pidns_inode = pidns_inode();
	leave_maps_out(lists->bpf->obj, (const char *const[]){"wanted", NULL});
	return lists_bpf__load(lists->bpf);
}

static int attach(struct bpf_program *program, struct bpf_link **ret_link)
{
	*ret_link = bpf_program__attach_iter(program, NULL);
	return *ret_link ? 0 : -errno;
}

int socket_lists_new(struct socket_lists **ret_lists)
{
	struct socket_lists *lists = calloc(1, sizeof(*lists));
	int err;

	if (!lists)
		return -ENOMEM;
	libbpf_log_init();
	lists->tick_ns = jiffy_ns();
	err = load(lists);
	if (!err)
		err = attach(lists->bpf->progs.list_tcp, &lists->tcp);
	if (!err)
		err = holders_attach(&lists->holders, lists->bpf->progs.list_holders,
				     lists->bpf->maps.wanted);
	if (!err)
		err = attach(lists->bpf->progs.list_tasks, &lists->tasks);
	debug_say("BPF iterators over sockets and tasks: %s", err ? strerror(-err) : "loaded");
	if (err) {
		socket_lists_free(lists);
		return err;
	}
	lists->holders.scan_number = &lists->bpf->bss->scan_number;
	lists->holders.only_wanted = &lists->bpf->bss->only_wanted;
	*ret_lists = lists;
	return 0;
}

void socket_lists_free(struct socket_lists *lists)
{
	if (!lists)
		return;
	bpf_link__destroy(lists->tcp);
	holders_release(&lists->holders);
	bpf_link__destroy(lists->tasks);
	lists_bpf__destroy(lists->bpf);
	iterator_reader_release(&lists->reader);
	free(lists);
}

void socket_lists_set_between(struct socket_lists *lists, void (*between)(void *context),
			      void *context)
{
	lists->reader.between = between;
	lists->reader.between_context = context;
}

/* ---------------------------------------------------------------- sockets */

static void sockets_taken(void *context)
{
	listed_batch_flush(context);
}

static void take_socket(void *context, const void *row)
{
	struct wire_listed wire;

	memcpy(&wire, row, sizeof(wire));
	listed_batch_add(context, &wire);
}

static int read_namespace(struct socket_lists *lists, const struct namespace *space,
			  const struct row_taker *taker)
{
	int err = namespace_enter(space);

	return err ? err : iterator_read_rows(&lists->reader, lists->tcp, taker);
}

/* The task whose namespace it was ended just now: 0 if another way led to it, or if there is none.
 */
static int read_another_way(struct socket_lists *lists, const struct namespace *space,
			    const struct row_taker *taker)
{
	bool by_task = space->way == NAMESPACE_OF_TASK || space->way == NAMESPACE_BY_MOUNT;
	struct namespaces spaces = {};
	int failed = by_task ? socket_lists_read_namespaces(lists, &spaces) : -EAGAIN;

	for (size_t i = 0; !failed && i < spaces.count; i++) {
		if (spaces.list[i].inode == space->inode &&
		    read_namespace(lists, &spaces.list[i], taker))
			failed = -EAGAIN;
	}
	namespaces_release(&spaces);
	return failed ? -EAGAIN : 0;
}

struct space_reader {
	struct socket_lists *lists;
	const struct row_taker *taker;
};

/* A namespace that went meanwhile has no rows, and was not left unread. */
static int read_space(void *context, const struct namespace *space)
{
	const struct space_reader *reader = context;
	int failed = read_namespace(reader->lists, space, reader->taker);

	if (failed && !read_another_way(reader->lists, space, reader->taker))
		return 0;
	return failed;
}

int socket_lists_read(struct socket_lists *lists, const struct namespaces *spaces,
		      const struct socket_rows_handler *take)
{
	struct listed_batch batch = {.take = take, .tick_ns = lists->tick_ns};
	struct row_taker taker = {sizeof(struct wire_listed), take_socket, sockets_taken, &batch};
	struct space_reader reader = {lists, &taker};

	lists->bpf->bss->only_waiting = take->only_waiting;
	lists->bpf->bss->with_details = take->details;
	return namespaces_read_each(spaces, read_space, &reader, take->unread, take->context);
}

int socket_lists_read_holders(struct socket_lists *lists, struct namespaces *spaces,
			      holder_handler take, void *context)
{
	return holders_read(&lists->holders, &lists->reader, spaces, take, context);
}

int socket_lists_read_holders_of(struct socket_lists *lists, uint32_t pid, holder_handler take,
				 void *context)
{
	return holders_read_of(&lists->holders, &lists->reader, pid, take, context);
}

int socket_lists_find_holders(struct socket_lists *lists, const uint64_t *inodes, size_t count,
			      holder_handler take, void *context)
{
	return holders_find(&lists->holders, &lists->reader, inodes, count, take, context);
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

	namespaces_add_own(spaces);
	namespaces_add_mounts(spaces);
	return iterator_read_rows(&lists->reader, lists->tasks, &taker);
}
