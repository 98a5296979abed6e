/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Another way to the kernel's sockets. */
#include "table/verify_source.h"

#include <errno.h>

#include "base/cleanup.h"
#include "netstate/tcp_state.h"
#include "netlink/tcp_diag.h"
#include "procfs/inet.h"
#include "procfs/lines.h"
#include "table/fallback.h"

#define TIMER_TIME_WAIT 3 /* column "tr" of /proc/net/tcp */

/* Sockets and namespaces each by another way than the table's. */
void verify_source_open(struct verify_source *source, struct table_source *table_source)
{
	bool diag = table_source->walk || table_source->socket_reader;

	*source = (struct verify_source){.table_source = table_source, .way = VERIFY_BY_SOCK_DIAG};
	if (table_source->walk || !table_source->socket_reader)
		socket_reader_new(&source->socket_reader);
	if (table_source->walk)
		source->walk = table_source->walk;
	else if (!walk_new(&source->own_walk))
		source->walk = source->own_walk;
	if (!diag || tcp_diag_try())
		source->way = source->socket_reader ? VERIFY_BY_ITERATORS : VERIFY_BY_PROC;
}

void verify_source_close(struct verify_source *source)
{
	namespaces_release(&source->spaces);
	socket_reader_free(source->socket_reader);
	walk_free(source->own_walk);
}

const char *verify_way_name(enum verify_way way)
{
	static const char *const names[] = {
		[VERIFY_BY_SOCK_DIAG] = "sock_diag",
		[VERIFY_BY_ITERATORS] = "BPF iterators",
		[VERIFY_BY_PROC] = "/proc/net/tcp",
	};

	return names[way];
}

const char *verify_list_name(enum verify_list list)
{
	static const char *const names[] = {
		[VERIFY_NO_LIST] = NULL,
		[VERIFY_LIST_OF_KERNEL] = "the kernel's own list",
		[VERIFY_LIST_OF_PROC] = "/proc",
		[VERIFY_LIST_OF_TASKS] = "tasks, mounts and descriptors",
	};

	return names[list];
}

/* ---------------------------------------------------------------- /proc */

static void on_line(const struct socket_rows_handler *handler, uint32_t netns,
		    const struct inet_row *row)
{
	struct listed_connection listed = {
		.flow = {.local = row->local, .remote = row->remote, .netns = netns},
		.state = row->state,
		.minisocket = row->timer == TIMER_TIME_WAIT ||
			      (row->state == TCP_STATE_SYN_RECV && !row->inode),
	};

	if (row->state != TCP_STATE_CLOSE && row->state < TCP_STATE_MAX)
		handler->rows(handler->context, &listed, 1);
}

/* Of the namespace that this thread is in. */
static int read_file(const char *name, bool is_v6, uint32_t netns,
		     const struct socket_rows_handler *handler)
{
	struct inet_row row;
	struct lines lines;
	char *line;
	size_t size;
	int more = lines_open(&lines, "/proc/thread-self/net", name);

	if (more)
		return is_v6 && more == -ENOENT ? 0 : more; /* a kernel without IPv6 */
	more = lines_next(&lines, &line, &size);	    /* the header */
	while (more > 0 && (more = lines_next(&lines, &line, &size)) > 0) {
		if (inet_line_parse(line, INET_PROTOCOL_TCP, is_v6, &row))
			on_line(handler, netns, &row);
	}
	lines_close(&lines);
	return more;
}

static int read_proc(void *context, const struct namespace *space)
{
	const struct socket_rows_handler *handler = context;
	int err = namespace_enter(space);

	if (err)
		return err;
	err = read_file("tcp", false, space->inode, handler);
	return err ? err : read_file("tcp6", true, space->inode, handler);
}

int verify_source_read(struct verify_source *source, const struct socket_rows_handler *handler)
{
	const struct namespaces *spaces = &source->spaces;

	switch (source->way) {
	case VERIFY_BY_SOCK_DIAG:
		return tcp_diag_read(spaces, handler);
	case VERIFY_BY_ITERATORS:
		return socket_reader_read(source->socket_reader, spaces, handler);
	default:
		return namespaces_read_each(spaces, read_proc, (void *)handler, handler->unread,
					    handler->context);
	}
}

/* ---------------------------------------------------------------- namespaces */

static void ignore_holder(void *context, const struct held_socket *held)
{
}

/* By tasks, mounts and descriptors, where the table has them from the kernel's own list. */
static int find_namespaces(struct verify_source *source, struct namespaces *ret_spaces)
{
	int err;

	if (!source->table_source->walk)
		return table_source_namespaces(source->table_source, ret_spaces);
	if (!source->socket_reader) {
		fallback_namespaces(ret_spaces);
		namespaces_add_descriptors(ret_spaces);
		return 0;
	}
	err = socket_reader_read_namespaces(source->socket_reader, ret_spaces);
	return err ? err
		   : socket_reader_read_holders(source->socket_reader, ret_spaces, ignore_holder,
						NULL);
}

static void add_inode(void *context, uint32_t inode)
{
	namespaces_add(context, &(struct namespace){.inode = inode});
}

/* An unlisted namespace may be any: then nothing is known to be missing. */
static int read_kernel_list(struct verify_source *source, struct namespaces *ret_kernel)
{
	struct walk_report report;
	int err =
		source->walk ? walk_read_namespaces(source->walk, add_inode, ret_kernel) : -ENOTSUP;

	if (err)
		return err;
	walk_last(source->walk, &report);
	return report.unlisted ? -E2BIG : 0;
}

static void count_held(void *context, const struct listed_connection *listed, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*(size_t *)context += listed[i].detail.inode != 0;
}

/* Orphans alone may be left of a namespace that nothing leads to any more. */
static size_t held_sockets_of(struct verify_source *source, uint32_t netns)
{
	struct walk_filter filter = {.netns = netns};
	size_t count = 0;
	struct socket_rows_handler handler = {
		.rows = count_held, .context = &count, .details = true};

	return walk_read(source->walk, &filter, &handler) ? 0 : count;
}

/*
 * Of the table by another way than the walk: a namespace of the kernel's that has sockets and that
 * it knows nothing of. Of one by the walk: one that a task, a mount or a descriptor leads to and
 * that the walk did not find.
 */
static bool is_missed(struct verify_source *source, const struct namespaces *spaces,
		      const struct namespaces *kernel, uint32_t inode)
{
	if (source->table_source->walk)
		return !namespaces_have(kernel, inode);
	return !namespaces_have(spaces, inode) && held_sockets_of(source, inode);
}

/* Where the kernel's own list is not to be read: what /proc shows and the table does not know. */
static void compare_with_proc(struct verify_source *source, const struct namespaces *spaces,
			      struct verify_namespaces *differences)
{
	struct namespaces found = {};

	fallback_namespaces(&found);
	namespaces_add_descriptors(&found);
	if (found.count)
		differences->list = VERIFY_LIST_OF_PROC;
	for (size_t i = 0; i < found.count; i++) {
		if (!namespaces_have(spaces, found.list[i].inode))
			namespaces_add(&differences->missed, &found.list[i]);
	}
	namespaces_release(&found);
}

static void compare_with_kernel(struct verify_source *source, const struct namespaces *spaces,
				const struct namespaces *kernel,
				struct verify_namespaces *differences)
{
	const struct namespaces *looked = source->table_source->walk ? spaces : kernel;

	for (size_t i = 0; i < looked->count; i++) {
		if (is_missed(source, spaces, kernel, looked->list[i].inode))
			namespaces_add(&differences->missed, &looked->list[i]);
	}
	for (size_t i = 0; i < kernel->count; i++) {
		if (!namespaces_have(spaces, kernel->list[i].inode))
			namespaces_add(&differences->unreachable, &kernel->list[i]);
	}
}

static void compare(struct verify_source *source, struct verify_namespaces *differences)
{
	const struct namespaces *spaces = &source->spaces;
	struct namespaces kernel = {};
	bool own_alone = source->table_source->own_alone;
	int err = own_alone ? -EPERM : read_kernel_list(source, &kernel);

	differences->unlisted = err == -E2BIG;
	if (!err) {
		differences->list =
			source->table_source->walk ? VERIFY_LIST_OF_TASKS : VERIFY_LIST_OF_KERNEL;
		compare_with_kernel(source, spaces, &kernel, differences);
	} else if (!source->table_source->walk && !own_alone) {
		compare_with_proc(source, spaces, differences);
	}
	namespaces_release(&kernel);
}

int verify_source_compare(struct verify_source *source, struct verify_namespaces *ret_namespaces)
{
	int err;

	*ret_namespaces = (struct verify_namespaces){.way = source->way};
	namespaces_release(&source->spaces);
	err = find_namespaces(source, &source->spaces);
	if (err)
		return err;
	ret_namespaces->count = source->spaces.count;
	compare(source, ret_namespaces);
	return 0;
}

void verify_namespaces_release(struct verify_namespaces *namespaces)
{
	namespaces_release(&namespaces->missed);
	namespaces_release(&namespaces->unreachable);
}
