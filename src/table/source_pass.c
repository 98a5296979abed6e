/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One pass over the kernel's sockets -> the connection table. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "netlink/tcp_diag.h"
#include "table/fallback.h"
#include "table/held.h"
#include "table/source.h"

#define HELD_BATCH 32 /* descriptors whose rows are fetched from memory together */

struct pass {
	struct table_source *source;
	struct conn_table *table;
	enum table_pass what;
	bool details;
	struct held_socket held[HELD_BATCH];
	size_t held_count;
};

static void take_rows(void *context, const struct listed_connection *listed, size_t count)
{
	struct pass *pass = context;
	size_t numbers[SOCKET_ROWS_BATCH];

	conn_table_pass_rows(pass->table, listed, count, numbers);
	for (size_t i = 0; i < count && pass->details; i++) {
		if (numbers[i])
			details_put(&pass->source->details, numbers[i], &listed[i]);
	}
}

static void take_unread(void *context, uint32_t netns, int err)
{
	const struct pass *pass = context;

	conn_table_pass_keep(pass->table, netns);
	if (!namespace_is_gone(err))
		namespaces_add(&pass->source->unread, &(struct namespace){.inode = netns});
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

	if (source->between)
		source->between(source->between_context);
}

static void before_rows(void *context)
{
	const struct pass *pass = context;

	between_reads(pass->source);
}

static void apply_held(struct pass *pass)
{
	conn_table_owners_add_all(pass->table, pass->held, pass->held_count);
	pass->held_count = 0;
}

static void take_holder(void *context, const struct held_socket *held)
{
	struct pass *pass = context;

	pass->held[pass->held_count] = *held;
	if (++pass->held_count == HELD_BATCH)
		apply_held(pass);
}

static int read_holders(struct pass *pass, struct namespaces *spaces)
{
	int err;

	conn_table_owners_begin(pass->table);
	err = socket_lists_read_holders(pass->source->lists, spaces, take_holder, pass);
	apply_held(pass);
	return err;
}

/* Owners, and the sockets of hidden namespaces, whose owners a second scan tells then. */
static int pass_over_holders(struct pass *pass, struct namespaces *spaces,
			     const struct socket_rows_handler *take)
{
	struct namespaces *hidden = &pass->source->hidden;
	size_t known = hidden->count;
	int err = read_holders(pass, spaces);

	if (err)
		return err;
	note_beyond(pass->source, spaces->beyond_count);
	namespaces_keep_hidden(hidden, spaces);
	if (hidden->count != known) {
		socket_lists_read(pass->source->lists, hidden, take);
		err = read_holders(pass, spaces);
	}
	conn_table_owners_end(pass->table);
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

	if (source->lists)
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

struct netns_left_out table_source_left_out(const struct table_source *source, uint32_t netns)
{
	bool own_only = source->own_only;

	if (netns)
		return (struct netns_left_out){.unread = namespaces_have(&source->unread, netns),
					       .moving = source->moving,
					       .own_only = own_only};
	return (struct netns_left_out){
		.unread = source->unread.count,
		.beyond = source->beyond,
		.moving = source->moving,
		.limit = NAMESPACES_MAX,
		.own_only = own_only,
	};
}

static int pass_by_lists(struct pass *pass, const struct socket_rows_handler *take)
{
	struct namespaces spaces = {};
	int err = table_source_namespaces(pass->source, &spaces);

	socket_lists_set_between(pass->source->lists, between_reads, pass->source);
	if (!err)
		err = socket_lists_read(pass->source->lists, &spaces, take);
	if (!err && pass->what == TABLE_PASS_HOLDERS)
		err = pass_over_holders(pass, &spaces, take);
	namespaces_release(&spaces);
	return err;
}

static int pass_by_sock_diag(struct pass *pass, const struct socket_rows_handler *take)
{
	struct namespaces spaces = {};
	int err = table_source_namespaces(pass->source, &spaces);

	if (!err)
		err = tcp_diag_read(&spaces, take);
	namespaces_release(&spaces);
	if (!err && pass->what == TABLE_PASS_HOLDERS)
		err = fallback_owners(pass->source, pass->table);
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
static int pass_by_walk(struct pass *pass, const struct socket_rows_handler *take)
{
	bool holders = pass->what == TABLE_PASS_HOLDERS;
	struct keeping keeping = {};
	struct walk_report report;
	int err = 0;

	walk_set_between(pass->source->walk, between_reads, pass->source);
	if (holders)
		conn_table_owners_begin(pass->table); /* events of the meantime count */
	if (holders)
		err = walk_read_holders(pass->source->walk, keep_holder, &keeping);
	if (!err)
		err = keeping.err;
	if (!err)
		err = walk_read(pass->source->walk, NULL, take);
	if (!err && holders) {
		held_apply(&keeping.held, pass->table);
		conn_table_owners_end(pass->table);
	}
	held_release(&keeping.held);
	walk_last(pass->source->walk, &report);
	if (!err)
		note_beyond(pass->source, report.unlisted);
	pass->source->moving = report.unsettled + report.lost_tables;
	return err;
}

/* ---------------------------------------------------------------- any way */

/* Where the walk can't be finished, as with a chain of very many listeners, the iterators serve. */
static int pass_by_any(struct pass *pass, const struct socket_rows_handler *take)
{
	struct table_source *source = pass->source;
	int err = source->walk ? pass_by_walk(pass, take) : 0;

	if (source->walk && (!err || source->use == TABLE_USE_WALK))
		return err;
	source->beyond = 0;
	source->moving = 0;
	if (err && !source->lists && socket_lists_new(&source->lists))
		return err;
	return source->lists ? pass_by_lists(pass, take) : pass_by_sock_diag(pass, take);
}

int table_source_pass(struct table_source *source, struct conn_table *table, enum table_pass what,
		      struct conn_pass *ret_pass)
{
	struct pass pass = {.source = source, .table = table, .what = what};
	struct socket_rows_handler take = {
		.rows = take_rows,
		.unread = take_unread,
		.before = before_rows,
		.context = &pass,
		.only_waiting = what == TABLE_PASS_WAITING,
	};
	int err;

	namespaces_release(&source->unread);
	source->beyond = 0;
	source->moving = 0;
	source->own_only = geteuid() != 0;
	pass.details = source->want_details && what != TABLE_PASS_WAITING;
	take.details = pass.details;
	if (pass.details)
		details_reserve(&source->details, conn_table_limit(table));
	if (what == TABLE_PASS_WAITING)
		conn_table_pass_begin_waiting(table, clock_monotonic_ns());
	else
		conn_table_pass_begin(table, clock_monotonic_ns());
	err = pass_by_any(&pass, &take);
	if (!err)
		*ret_pass = conn_table_pass_end(table);
	if (!err && what == TABLE_PASS_HOLDERS)
		source->namespace_left = false;
	return err;
}

/* ---------------------------------------------------------------- the holders alone */

static int read_holders_of(struct pass *pass, uint32_t pid)
{
	struct table_source *source = pass->source;

	if (source->walk)
		return walk_read_holders_of(source->walk, pid, take_holder, pass);
	return socket_lists_read_holders_of(source->lists, pid, take_holder, pass);
}

int table_source_look_at(struct table_source *source, struct conn_table *table,
			 const uint32_t *pids, size_t count)
{
	struct pass pass = {.source = source, .table = table};
	int err = source->walk || source->lists ? 0 : -ENOTSUP;

	if (source->walk)
		walk_set_between(source->walk, between_reads, source);
	else if (source->lists)
		socket_lists_set_between(source->lists, between_reads, source);
	conn_table_owners_begin_of(table, pids, count);
	for (size_t i = 0; !err && i < count; i++)
		err = read_holders_of(&pass, pids[i]);
	apply_held(&pass);
	if (!err)
		conn_table_owners_end(table);
	return err;
}
