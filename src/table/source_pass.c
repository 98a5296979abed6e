/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One pass over the kernel's sockets -> the connection table. */
#include <errno.h>

#include "base/scan_bound.h"
#include "base/clock.h"
#include "table/source.h"

struct pass {
	struct table_source *source;
	struct conn_table *table;
	bool details;
};

static void on_rows(void *context, const struct listed_connection *listed, size_t count)
{
	struct pass *pass = context;
	size_t numbers[SOCKET_ROWS_BATCH];

	conn_table_pass_rows(pass->table, listed, count, numbers);
	for (size_t i = 0; i < count && pass->details; i++) {
		if (numbers[i])
			details_put(&pass->source->details, numbers[i], &listed[i]);
	}
}

static void on_unread(void *context, uint32_t netns, bool gone)
{
	const struct pass *pass = context;

	conn_table_pass_keep(pass->table, netns);
	if (!gone)
		namespaces_add(&pass->source->unread, &(struct namespace){.inode = netns});
}

static void begin_owners(void *context, const uint32_t *pids, size_t count)
{
	const struct pass *pass = context;

	if (pids)
		conn_table_owners_begin_of(pass->table, pids, count);
	else
		conn_table_owners_begin(pass->table);
}

static void on_held(void *context, const struct held_socket *held, size_t count)
{
	const struct pass *pass = context;

	conn_table_owners_add_all(pass->table, held, count);
}

static void end_owners(void *context)
{
	const struct pass *pass = context;

	conn_table_owners_end(pass->table);
}

static void between(void *context, bool due)
{
	const struct pass *pass = context;

	if (pass->source->between)
		pass->source->between(pass->source->between_context);
}

static struct pass_handler pass_take_init(struct pass *pass)
{
	return (struct pass_handler){
		.rows = on_rows,
		.unread = on_unread,
		.owners_begin = begin_owners,
		.held = on_held,
		.owners_end = end_owners,
		.between = between,
		.context = pass,
	};
}

static int read_all(struct table_source *source, enum table_pass what, bool details,
		    const struct pass_handler *handle)
{
	const struct table_reader *reader = source->reader;
	struct pass_report report = {};
	int err = reader ? reader->pass(reader->context, what, details, handle, &report)
			 : table_source_read(source, what, details, handle, &report);

	source->beyond = report.beyond;
	source->moving = report.moving;
	source->processes = report.processes;
	source->own_only = report.own_only;
	source->namespace_left = report.namespace_left;
	return err;
}

int table_source_pass(struct table_source *source, struct conn_table *table, enum table_pass what,
		      struct conn_pass *ret_pass)
{
	bool details = source->want_details && what != TABLE_PASS_WAITING;
	struct pass pass = {.source = source, .table = table, .details = details};
	const struct pass_handler handle = pass_take_init(&pass);
	int err;

	namespaces_release(&source->unread);
	if (details)
		details_reserve(&source->details, conn_table_limit(table));
	if (what == TABLE_PASS_WAITING)
		conn_table_pass_begin_waiting(table, clock_monotonic_ns());
	else
		conn_table_pass_begin(table, clock_monotonic_ns());
	err = read_all(source, what, details, &handle);
	if (!err)
		*ret_pass = conn_table_pass_end(table);
	return err;
}

int table_source_read_processes(struct table_source *source, struct conn_table *table,
				const uint32_t *pids, size_t count)
{
	const struct table_reader *reader = source->reader;
	struct pass pass = {.source = source, .table = table};
	const struct pass_handler handle = pass_take_init(&pass);

	return reader ? reader->read_process(reader->context, pids, count, &handle)
		      : table_source_read_of(source, pids, count, &handle);
}

/* Of the last pass, or of a scan of descriptors that this process made since. */
static size_t processes_left_out(const struct table_source *source)
{
	size_t since = scan_bound_left_out();

	return since > source->processes ? since : source->processes;
}

struct netns_left_out table_source_left_out(const struct table_source *source, uint32_t netns)
{
	bool own_only = source->own_only;

	if (netns)
		return (struct netns_left_out){.unread = namespaces_have(&source->unread, netns),
					       .moving = source->moving,
					       .processes = processes_left_out(source),
					       .own_only = own_only};
	return (struct netns_left_out){
		.unread = source->unread.count,
		.beyond = source->beyond,
		.moving = source->moving,
		.processes = processes_left_out(source),
		.limit = NAMESPACES_MAX,
		.own_only = own_only,
	};
}
