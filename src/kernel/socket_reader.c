/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BPF iterators -> rows. */
#include "kernel/socket_reader.h"

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
#include "kernel/task_spaces.h"

struct socket_reader {
	struct lists_bpf *bpf;
	struct bpf_link *tcp, *tasks;
	struct holder_scan holders;
	struct iterator_reader reader;
	int64_t tick_ns;
};

static int load(struct socket_reader *sockets)
{
	struct features features;
	int err = features_of_kernel(&features);

	if (err)
		return err;
	sockets->bpf = lists_bpf__open();
	if (!sockets->bpf)
		return -errno;
	sockets->bpf->rodata->has_socket_cookie = features.socket_cookie;
	sockets->bpf->rodata->has_sock_storage = features.sock_storage;
	sockets->bpf->rodata->pidns_inode = pidns_inode();
	leave_maps_out(sockets->bpf->obj, (const char *const[]){"wanted", NULL});
	return lists_bpf__load(sockets->bpf);
}

static int attach(struct bpf_program *program, struct bpf_link **ret_link)
{
	*ret_link = bpf_program__attach_iter(program, NULL);
	return *ret_link ? 0 : -errno;
}

int socket_reader_new(struct socket_reader **ret_reader)
{
	struct socket_reader *sockets = calloc(1, sizeof(*sockets));
	int err;

	if (!sockets)
		return -ENOMEM;
	libbpf_log_init();
	sockets->tick_ns = jiffy_ns();
	err = load(sockets);
	if (!err)
		err = attach(sockets->bpf->progs.list_tcp, &sockets->tcp);
	if (!err)
		err = holders_attach(&sockets->holders, sockets->bpf->progs.list_holders,
				     sockets->bpf->maps.wanted);
	if (!err)
		err = attach(sockets->bpf->progs.list_tasks, &sockets->tasks);
	debug_say("BPF iterators over sockets and tasks: %s", err ? strerror(-err) : "loaded");
	if (err) {
		socket_reader_free(sockets);
		return err;
	}
	sockets->holders.scan_number = &sockets->bpf->bss->scan_number;
	sockets->holders.only_wanted = &sockets->bpf->bss->only_wanted;
	sockets->holders.at = &sockets->bpf->bss->holders_at;
	*ret_reader = sockets;
	return 0;
}

void socket_reader_free(struct socket_reader *sockets)
{
	if (!sockets)
		return;
	bpf_link__destroy(sockets->tcp);
	holders_release(&sockets->holders);
	bpf_link__destroy(sockets->tasks);
	lists_bpf__destroy(sockets->bpf);
	iterator_reader_release(&sockets->reader);
	free(sockets);
}

void socket_reader_set_between(struct socket_reader *sockets, void (*between)(void *context),
			       void *context)
{
	sockets->reader.between = between;
	sockets->reader.between_context = context;
}

/* ---------------------------------------------------------------- sockets */

static void on_batch_read(void *context)
{
	listed_batch_flush(context);
}

static void on_socket(void *context, const void *row)
{
	struct wire_listed wire;

	memcpy(&wire, row, sizeof(wire));
	listed_batch_add(context, &wire);
}

struct space_reader {
	struct socket_reader *sockets;
	const struct row_handler *handler;
};

/* A namespace that went meanwhile has no rows, and was not left unread. */
static int read_space(void *context, const struct namespace *space)
{
	const struct space_reader *reader = context;
	int err = namespace_enter(space);

	if (err)
		return namespace_is_gone(err) ? 0 : err;
	return iterator_read_rows(&reader->sockets->reader, reader->sockets->tcp, reader->handler);
}

int socket_reader_read(struct socket_reader *sockets, const struct namespaces *spaces,
		       const struct socket_rows_handler *rows)
{
	struct listed_batch batch = {.handler = rows, .tick_ns = sockets->tick_ns};
	struct row_handler handler = {sizeof(struct wire_listed), on_socket, on_batch_read, &batch};
	struct space_reader reader = {sockets, &handler};

	sockets->bpf->bss->only_waiting = rows->only_waiting;
	sockets->bpf->bss->with_details = rows->details;
	return namespaces_read_each(spaces, read_space, &reader, rows->unread, rows->context);
}

int socket_reader_read_holders(struct socket_reader *sockets, struct namespaces *spaces,
			       holder_handler rows, void *context)
{
	return holders_read(&sockets->holders, &sockets->reader, spaces, rows, context);
}

int socket_reader_read_holders_of(struct socket_reader *sockets, uint32_t pid, holder_handler rows,
				  void *context)
{
	return holders_read_of(&sockets->holders, &sockets->reader, pid, rows, context);
}

int socket_reader_find_holders(struct socket_reader *sockets, const uint64_t *inodes, size_t count,
			       holder_handler rows, void *context)
{
	return holders_find(&sockets->holders, &sockets->reader, inodes, count, rows, context);
}

int socket_reader_read_namespaces(struct socket_reader *sockets, struct namespaces *spaces)
{
	return task_spaces_read(sockets->tasks, &sockets->reader, spaces);
}
