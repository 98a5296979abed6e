/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One reading of the kernel's sockets and their holders. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/scan_bound.h"
#include "netlink/tcp_diag.h"
#include "table/fallback.h"
#include "table/held.h"
#include "table/source.h"

#define HELD_BATCH 32 /* descriptors whose rows are fetched from memory together */

struct reading {
	struct table_source *source;
	const struct pass_handler *handler;
	enum table_pass what;
	struct fallback_sockets sockets; /* by sock_diag: /proc reports whose these are */
	struct held_socket held[HELD_BATCH];
	size_t held_count;
};

static void on_rows(void *context, const struct listed_connection *listed, size_t count)
{
	struct reading *reading = context;

	reading->handler->rows(reading->handler->context, listed, count);
}

static void on_unread(void *context, uint32_t netns, int err)
{
	const struct reading *reading = context;

	reading->handler->unread(reading->handler->context, netns, namespace_is_gone(err));
}

/* Of each scan of the namespaces in this pass the one that left out most. */
static void note_beyond(struct table_source *source, size_t beyond)
{
	if (beyond > source->beyond)
		source->beyond = beyond;
}

static void between_reads(void *context)
{
	const struct table_source *source = context;

	if (source->collector)
		source->collector->between(source->collector->context, false);
}

static void before_rows(void *context)
{
	const struct reading *reading = context;

	reading->handler->between(reading->handler->context, true);
}

static void on_rows_and_inodes(void *context, const struct listed_connection *listed, size_t count)
{
	struct reading *reading = context;

	for (size_t i = 0; i < count; i++)
		fallback_note(&reading->sockets, &listed[i]);
	on_rows(context, listed, count);
}

static void give_held(struct reading *reading)
{
	if (reading->held_count)
		reading->handler->held(reading->handler->context, reading->held,
				       reading->held_count);
	reading->held_count = 0;
}

static void on_holder(void *context, const struct held_socket *held)
{
	struct reading *reading = context;

	reading->held[reading->held_count] = *held;
	if (++reading->held_count == HELD_BATCH)
		give_held(reading);
}

static void begin_owners(const struct reading *reading, const uint32_t *pids, size_t count)
{
	reading->handler->owners_begin(reading->handler->context, pids, count);
}

/* Where some descriptors were not looked at, nothing is known of what nobody else holds. */
static void end_owners(const struct reading *reading)
{
	if (scan_bound_left_out())
		return;
	reading->handler->owners_end(reading->handler->context);
}

static int read_holders(struct reading *reading, struct namespaces *spaces)
{
	int err;

	begin_owners(reading, NULL, 0);
	err = socket_reader_read_holders(reading->source->socket_reader, spaces, on_holder,
					 reading);
	give_held(reading);
	return err;
}

/* Owners, and the sockets of hidden namespaces, whose owners a second scan reports then. */
static int pass_over_holders(struct reading *reading, struct namespaces *spaces,
			     const struct socket_rows_handler *handler)
{
	struct namespaces *hidden = &reading->source->hidden;
	size_t known = hidden->count;
	int err = read_holders(reading, spaces);

	if (err)
		return err;
	note_beyond(reading->source, spaces->beyond_count);
	namespaces_keep_hidden(hidden, spaces);
	if (hidden->count != known) {
		socket_reader_read(reading->source->socket_reader, hidden, handler);
		err = read_holders(reading, spaces);
	}
	end_owners(reading);
	return err;
}

static void remember_namespaces(struct table_source *source, const struct namespaces *spaces)
{
	uint32_t *known = malloc((spaces->count + 1) * sizeof(*known));

	for (size_t i = 0; i < source->known_count; i++)
		source->namespace_left |= !namespaces_have(spaces, source->known[i]);
	if (!known)
		return;
	for (size_t i = 0; i < spaces->count; i++)
		known[i] = spaces->list[i].inode;
	free(source->known);
	source->known = known;
	source->known_count = spaces->count;
}

int table_source_namespaces(struct table_source *source, struct namespaces *ret_spaces)
{
	int err = 0;

	if (source->own_alone)
		namespaces_add_own(ret_spaces);
	else if (source->socket_reader)
		err = socket_reader_read_namespaces(source->socket_reader, ret_spaces);
	else
		fallback_namespaces(ret_spaces);
	for (size_t i = 0; i < source->hidden.count; i++)
		namespaces_add(ret_spaces, &source->hidden.list[i]);
	if (!err)
		remember_namespaces(source, ret_spaces);
	note_beyond(source, ret_spaces->beyond_count);
	return err;
}

static int pass_by_iterators(struct reading *reading, const struct socket_rows_handler *handler)
{
	struct namespaces spaces = {};
	int err = table_source_namespaces(reading->source, &spaces);

	socket_reader_set_between(reading->source->socket_reader, between_reads, reading->source);
	if (!err)
		err = socket_reader_read(reading->source->socket_reader, &spaces, handler);
	if (!err && reading->what == TABLE_PASS_HOLDERS)
		err = pass_over_holders(reading, &spaces, handler);
	namespaces_release(&spaces);
	return err;
}

/* What a descriptor alone leads to, which later passes read, too. */
static void find_hidden(struct table_source *source, struct namespaces *spaces)
{
	if (source->own_alone)
		return;
	namespaces_add_descriptors(spaces);
	namespaces_keep_hidden(&source->hidden, spaces);
	note_beyond(source, spaces->beyond_count);
}

static int pass_by_sock_diag(struct reading *reading, const struct socket_rows_handler *handler)
{
	struct socket_rows_handler both = *handler;
	struct namespaces spaces = {};
	int err = table_source_namespaces(reading->source, &spaces);

	if (reading->what == TABLE_PASS_HOLDERS) {
		both.rows = on_rows_and_inodes;
		find_hidden(reading->source, &spaces);
	}
	if (!err)
		err = tcp_diag_read(&spaces, &both);
	namespaces_release(&spaces);
	if (!err && reading->what == TABLE_PASS_HOLDERS)
		err = fallback_owners(&reading->sockets, reading->handler);
	fallback_sockets_release(&reading->sockets);
	return err;
}

/* ---------------------------------------------------------------- by the walk */

struct keeping {
	struct held held;
	int err;
};

static void keep_holder(void *context, const struct held_socket *held)
{
	struct keeping *keeping = context;

	keeping->err = keeping->err ? keeping->err : held_add(&keeping->held, held);
}

/* The descriptors first: that makes the cookies which the walk reads. */
static int pass_by_walk(struct reading *reading, const struct socket_rows_handler *handler)
{
	bool holders = reading->what == TABLE_PASS_HOLDERS;
	struct keeping keeping = {};
	struct walk_report report;
	int err = 0;

	walk_set_between(reading->source->walk, between_reads, reading->source);
	if (holders)
		begin_owners(reading, NULL, 0); /* events of the meantime count */
	if (holders)
		err = walk_read_holders(reading->source->walk, NULL, keep_holder, &keeping);
	if (!err)
		err = keeping.err;
	if (!err)
		err = walk_read(reading->source->walk, NULL, handler);
	if (!err && holders) {
		held_give(&keeping.held, reading->handler);
		end_owners(reading);
	}
	held_release(&keeping.held);
	walk_last(reading->source->walk, &report);
	if (!err)
		note_beyond(reading->source, report.unlisted);
	reading->source->moving = report.unsettled + report.lost_tables;
	return err;
}

/* ---------------------------------------------------------------- any way */

/* Where the walk can't be finished, as with a chain of very many listeners, the iterators serve. */
static int pass_by_any(struct reading *reading, const struct socket_rows_handler *handler)
{
	struct table_source *source = reading->source;
	int err = source->walk ? pass_by_walk(reading, handler) : 0;

	if (source->walk && (!err || source->use == TABLE_USE_WALK))
		return err;
	source->beyond = 0;
	source->moving = 0;
	if (err && !source->socket_reader && socket_reader_new(&source->socket_reader))
		return err;
	return source->socket_reader ? pass_by_iterators(reading, handler)
				     : pass_by_sock_diag(reading, handler);
}

int table_source_read(struct table_source *source, enum table_pass what, bool details,
		      const struct pass_handler *handler, struct pass_report *ret_report)
{
	struct reading reading = {.source = source, .handler = handler, .what = what};
	const struct socket_rows_handler rows = {
		.rows = on_rows,
		.unread = on_unread,
		.before = before_rows,
		.context = &reading,
		.only_waiting = what == TABLE_PASS_WAITING,
		.details = details,
	};
	int err;

	source->beyond = 0;
	source->moving = 0;
	source->collector = handler;
	scan_bound_take();
	err = pass_by_any(&reading, &rows);
	source->collector = NULL;
	if (!err && what == TABLE_PASS_HOLDERS)
		source->namespace_left = false;
	*ret_report = (struct pass_report){source->beyond, source->moving, scan_bound_take(),
					   geteuid() != 0, source->namespace_left};
	return err;
}

/* ---------------------------------------------------------------- the holders alone */

static int read_holders_of(struct reading *reading, uint32_t pid)
{
	struct table_source *source = reading->source;

	if (source->walk)
		return walk_read_holders_of(source->walk, pid, on_holder, reading);
	return socket_reader_read_holders_of(source->socket_reader, pid, on_holder, reading);
}

int table_source_read_of(struct table_source *source, const uint32_t *pids, size_t count,
			 const struct pass_handler *handler)
{
	struct reading reading = {.source = source, .handler = handler};
	int err = source->walk || source->socket_reader ? 0 : -ENOTSUP;

	if (source->walk)
		walk_set_between(source->walk, between_reads, source);
	else if (source->socket_reader)
		socket_reader_set_between(source->socket_reader, between_reads, source);
	source->collector = handler;
	scan_bound_take();
	begin_owners(&reading, pids, count);
	for (size_t i = 0; !err && i < count; i++)
		err = read_holders_of(&reading, pids[i]);
	give_held(&reading);
	source->collector = NULL;
	if (!err)
		end_owners(&reading);
	return err;
}
