/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One reading of the kernel's sockets and their holders. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "netlink/tcp_diag.h"
#include "table/fallback.h"
#include "table/held.h"
#include "table/source.h"

#define HELD_BATCH 32 /* descriptors whose rows are fetched from memory together */

struct reading {
	struct table_source *source;
	const struct pass_take *take;
	enum table_pass what;
	struct fallback_sockets sockets; /* by sock_diag: /proc tells whose these are */
	struct held_socket held[HELD_BATCH];
	size_t held_count;
};

static void take_rows(void *context, const struct listed_connection *listed, size_t count)
{
	struct reading *reading = context;

	reading->take->rows(reading->take->context, listed, count);
}

static void take_unread(void *context, uint32_t netns, int err)
{
	const struct reading *reading = context;

	reading->take->unread(reading->take->context, netns, namespace_is_gone(err));
}

/* Of each look at the namespaces in this pass the one that left out most. */
static void note_beyond(struct table_source *source, size_t beyond)
{
	if (beyond > source->beyond)
		source->beyond = beyond;
}

static void between_reads(void *context)
{
	const struct table_source *source = context;

	if (source->taking)
		source->taking->between(source->taking->context, false);
}

static void before_rows(void *context)
{
	const struct reading *reading = context;

	reading->take->between(reading->take->context, true);
}

static void take_rows_and_inodes(void *context, const struct listed_connection *listed,
				 size_t count)
{
	struct reading *reading = context;

	for (size_t i = 0; i < count; i++)
		fallback_note(&reading->sockets, &listed[i]);
	take_rows(context, listed, count);
}

static void give_held(struct reading *reading)
{
	if (reading->held_count)
		reading->take->held(reading->take->context, reading->held, reading->held_count);
	reading->held_count = 0;
}

static void take_holder(void *context, const struct held_socket *held)
{
	struct reading *reading = context;

	reading->held[reading->held_count] = *held;
	if (++reading->held_count == HELD_BATCH)
		give_held(reading);
}

static void begin_owners(const struct reading *reading, const uint32_t *pids, size_t count)
{
	reading->take->owners_begin(reading->take->context, pids, count);
}

static void end_owners(const struct reading *reading)
{
	reading->take->owners_end(reading->take->context);
}

static int read_holders(struct reading *reading, struct namespaces *spaces)
{
	int err;

	begin_owners(reading, NULL, 0);
	err = socket_lists_read_holders(reading->source->lists, spaces, take_holder, reading);
	give_held(reading);
	return err;
}

/* Owners, and the sockets of hidden namespaces, whose owners a second scan tells then. */
static int pass_over_holders(struct reading *reading, struct namespaces *spaces,
			     const struct socket_rows_handler *take)
{
	struct namespaces *hidden = &reading->source->hidden;
	size_t known = hidden->count;
	int err = read_holders(reading, spaces);

	if (err)
		return err;
	note_beyond(reading->source, spaces->beyond_count);
	namespaces_keep_hidden(hidden, spaces);
	if (hidden->count != known) {
		socket_lists_read(reading->source->lists, hidden, take);
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
	else if (source->lists)
		err = socket_lists_read_namespaces(source->lists, ret_spaces);
	else
		fallback_namespaces(ret_spaces);
	for (size_t i = 0; i < source->hidden.count; i++)
		namespaces_add(ret_spaces, &source->hidden.list[i]);
	if (!err)
		remember_namespaces(source, ret_spaces);
	note_beyond(source, ret_spaces->beyond_count);
	return err;
}

static int pass_by_lists(struct reading *reading, const struct socket_rows_handler *take)
{
	struct namespaces spaces = {};
	int err = table_source_namespaces(reading->source, &spaces);

	socket_lists_set_between(reading->source->lists, between_reads, reading->source);
	if (!err)
		err = socket_lists_read(reading->source->lists, &spaces, take);
	if (!err && reading->what == TABLE_PASS_HOLDERS)
		err = pass_over_holders(reading, &spaces, take);
	namespaces_release(&spaces);
	return err;
}

static int pass_by_sock_diag(struct reading *reading, const struct socket_rows_handler *take)
{
	struct socket_rows_handler both = *take;
	struct namespaces spaces = {};
	int err = table_source_namespaces(reading->source, &spaces);

	if (reading->what == TABLE_PASS_HOLDERS)
		both.rows = take_rows_and_inodes;
	if (!err)
		err = tcp_diag_read(&spaces, &both);
	namespaces_release(&spaces);
	if (!err && reading->what == TABLE_PASS_HOLDERS)
		err = fallback_owners(&reading->sockets, reading->take);
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
static int pass_by_walk(struct reading *reading, const struct socket_rows_handler *take)
{
	bool holders = reading->what == TABLE_PASS_HOLDERS;
	struct keeping keeping = {};
	struct walk_report report;
	int err = 0;

	walk_set_between(reading->source->walk, between_reads, reading->source);
	if (holders)
		begin_owners(reading, NULL, 0); /* events of the meantime count */
	if (holders)
		err = walk_read_holders(reading->source->walk, keep_holder, &keeping);
	if (!err)
		err = keeping.err;
	if (!err)
		err = walk_read(reading->source->walk, NULL, take);
	if (!err && holders) {
		held_give(&keeping.held, reading->take);
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
static int pass_by_any(struct reading *reading, const struct socket_rows_handler *take)
{
	struct table_source *source = reading->source;
	int err = source->walk ? pass_by_walk(reading, take) : 0;

	if (source->walk && (!err || source->use == TABLE_USE_WALK))
		return err;
	source->beyond = 0;
	source->moving = 0;
	if (err && !source->lists && socket_lists_new(&source->lists))
		return err;
	return source->lists ? pass_by_lists(reading, take) : pass_by_sock_diag(reading, take);
}

int table_source_read(struct table_source *source, enum table_pass what, bool details,
		      const struct pass_take *take, struct pass_report *ret_report)
{
	struct reading reading = {.source = source, .take = take, .what = what};
	const struct socket_rows_handler rows = {
		.rows = take_rows,
		.unread = take_unread,
		.before = before_rows,
		.context = &reading,
		.only_waiting = what == TABLE_PASS_WAITING,
		.details = details,
	};
	int err;

	source->beyond = 0;
	source->moving = 0;
	source->taking = take;
	err = pass_by_any(&reading, &rows);
	source->taking = NULL;
	if (!err && what == TABLE_PASS_HOLDERS)
		source->namespace_left = false;
	*ret_report = (struct pass_report){source->beyond, source->moving, geteuid() != 0,
					   source->namespace_left};
	return err;
}

/* ---------------------------------------------------------------- the holders alone */

static int read_holders_of(struct reading *reading, uint32_t pid)
{
	struct table_source *source = reading->source;

	if (source->walk)
		return walk_read_holders_of(source->walk, pid, take_holder, reading);
	return socket_lists_read_holders_of(source->lists, pid, take_holder, reading);
}

int table_source_read_of(struct table_source *source, const uint32_t *pids, size_t count,
			 const struct pass_take *take)
{
	struct reading reading = {.source = source, .take = take};
	int err = source->walk || source->lists ? 0 : -ENOTSUP;

	if (source->walk)
		walk_set_between(source->walk, between_reads, source);
	else if (source->lists)
		socket_lists_set_between(source->lists, between_reads, source);
	source->taking = take;
	begin_owners(&reading, pids, count);
	for (size_t i = 0; !err && i < count; i++)
		err = read_holders_of(&reading, pids[i]);
	give_held(&reading);
	source->taking = NULL;
	if (!err)
		end_owners(&reading);
	return err;
}
