/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table against what another part of the kernel says. */
#include "table/verify.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/format.h"
#include "base/say.h"
#include "base/clock.h"
#include "table/verify_source.h"
#include "connections/verify.h"
#include "netstate/tcp_state.h"

#define SECOND_LOOK_NS 100000000 /* sockets change between two readings of one moment */
#define LINES_MAX 100		 /* of differences of a kind: any user may make any number */

static void on_rows(void *context, const struct listed_connection *listed, size_t count)
{
	for (size_t i = 0; i < count; i++)
		conn_verify_row(context, &listed[i]);
}

struct subject {
	struct conn_table *table;
	struct table_source *source;
	struct engine *engine; /* that keeps it up to date; NULL: passes alone do */
	struct verify_source other;
};

/* One reading: rows against rows, namespaces against namespaces. */
struct snapshot {
	struct conn_verify *rows;
	struct verify_namespaces namespaces;
};

static void snapshot_release(struct snapshot *snapshot)
{
	conn_verify_free(snapshot->rows);
	verify_namespaces_release(&snapshot->namespaces);
}

static void on_unread(void *context, uint32_t netns, int err)
{
	conn_verify_keep(context, netns);
}

static int read_rows(struct subject *subject, struct snapshot *snapshot)
{
	const struct table_reader *reader = subject->source->reader;
	const struct socket_rows_handler handler = {
		.rows = on_rows, .unread = on_unread, .context = snapshot->rows};
	int err = reader ? reader->verify_rows(reader->context, &handler)
			 : verify_source_read(&subject->other, &handler);

	for (size_t i = 0; i < snapshot->namespaces.unreachable.count; i++)
		conn_verify_keep(snapshot->rows, snapshot->namespaces.unreachable.list[i].inode);
	conn_verify_end(snapshot->rows);
	return err;
}

/* To be released in any case. */
static int snapshot_once(struct subject *subject, struct snapshot *ret_look)
{
	const struct table_reader *reader = subject->source->reader;
	int err;

	*ret_look = (struct snapshot){};
	err = reader ? reader->verify_namespaces(reader->context, &ret_look->namespaces)
		     : verify_source_compare(&subject->other, &ret_look->namespaces);
	if (subject->engine)
		engine_drain(subject->engine);
	if (!err)
		err = conn_verify_new(subject->table, &ret_look->rows);
	return err ? err : read_rows(subject, ret_look);
}

static size_t differences_of(const struct snapshot *snapshot)
{
	return conn_verify_count(snapshot->rows) + snapshot->namespaces.missed.count;
}

/* Until then the table lives on as ever, its half-open and time-wait rows are due in any case. */
static void keep_up(struct engine *engine)
{
	uint64_t until_ns = clock_monotonic_ns() + SECOND_LOOK_NS;

	engine_drain(engine);
	if (engine->heal)
		engine_pass(engine, TABLE_PASS_SOCKETS);
	while (clock_monotonic_ns() < until_ns) {
		struct pollfd ready = {.fd = engine_fd(engine), .events = POLLIN};

		poll(&ready, 1, TRACER_POLL_MS);
		engine_drain(engine);
	}
	engine_pass(engine, engine->source.namespace_left || !engine->tracer ? TABLE_PASS_HOLDERS
									     : TABLE_PASS_WAITING);
}

static int wait_for_second_snapshot(const struct subject *subject)
{
	const struct timespec pause = {.tv_nsec = SECOND_LOOK_NS};
	struct conn_pass pass;

	if (subject->engine) {
		keep_up(subject->engine);
		return 0;
	}
	nanosleep(&pause, NULL);
	return table_source_pass(subject->source, subject->table, TABLE_PASS_HOLDERS, &pass);
}

static const char *state_text(unsigned int state)
{
	const char *name = tcp_state_name(state);

	return !state ? "nothing" : name ? name : "another state";
}

static void say_difference(const struct conn_difference *difference)
{
	const struct endpoint *local_end = &difference->flow.local,
			      *remote_end = &difference->flow.remote;
	char local[ADDRESS_PORT_TEXT_MAX + 1], remote[ADDRESS_PORT_TEXT_MAX + 1];

	*address_format_port(local, local_end->addr, local_end->port) = '\0';
	*address_format_port(remote, remote_end->addr, remote_end->port) = '\0';
	say("verify: %s %s netns %u cookie %" PRIu64 ": the table has %s, the kernel has %s%s",
	    local, remote, difference->flow.netns, difference->flow.cookie,
	    state_text(difference->table_state), state_text(difference->kernel_state),
	    difference->time_wait ? " (a time-wait minisocket)" : "");
}

/* Of very many the first tell what there is to tell. */
static void say_rest(size_t persistent, const char *what)
{
	if (persistent > LINES_MAX)
		say("verify: and %zu more %s", persistent - LINES_MAX, what);
}

static size_t say_persistent_namespaces(const struct snapshot *first, const struct snapshot *second)
{
	const struct namespaces *missed = &second->namespaces.missed;
	size_t persistent = 0;

	for (size_t i = 0; i < missed->count; i++) {
		uint32_t inode = missed->list[i].inode;

		if (!namespaces_have(&first->namespaces.missed, inode))
			continue;
		if (persistent++ < LINES_MAX)
			say("verify: network namespace %u: the table does not know it", inode);
	}
	say_rest(persistent, "network namespaces");
	return persistent;
}

static size_t say_persistent(const struct snapshot *first, const struct snapshot *second)
{
	size_t namespaces = say_persistent_namespaces(first, second), persistent = 0;
	const struct conn_difference *difference;

	for (size_t i = 0; (difference = conn_verify_get(second->rows, i)); i++) {
		if (!conn_verify_has(first->rows, difference))
			continue;
		if (persistent++ < LINES_MAX)
			say_difference(difference);
	}
	say_rest(persistent, "sockets");
	return namespaces + persistent;
}

static void say_snapshots(const struct snapshot *last, size_t differences, size_t persistent)
{
	size_t unreachable = conn_verify_not_compared(last->rows), count = last->namespaces.count;
	const char *way = verify_list_name(last->namespaces.list);

	if (way)
		say("verify: %zu network namespace%s by %s, %zu missed", count,
		    count == 1 ? "" : "s", way, last->namespaces.missed.count);
	else
		say("verify: network namespaces could not be listed by another way");
	if (last->namespaces.unlisted)
		say("verify: the kernel has more network namespaces than can be compared (%d)",
		    NAMESPACES_MAX);
	if (unreachable)
		say("verify: %zu sockets were not compared: nothing leads into their network "
		    "namespace",
		    unreachable);
	say("verify: %zu sockets by %s, %zu differences at the first look, %zu persist",
	    conn_verify_listed(last->rows), verify_way_name(last->namespaces.way), differences,
	    persistent);
}

static int snapshot_twice(struct subject *subject, size_t *ret_persistent)
{
	struct snapshot first, second = {};
	size_t persistent = 0, differences = 0;
	int err = snapshot_once(subject, &first);

	if (!err)
		differences = differences_of(&first);
	if (differences) {
		err = wait_for_second_snapshot(subject);
		if (!err)
			err = snapshot_once(subject, &second);
	}
	if (!err && differences)
		persistent = say_persistent(&first, &second);
	if (err)
		say("verify: cannot read the sockets by %s: %s",
		    verify_way_name(first.namespaces.way), strerror(-err));
	else
		say_snapshots(&first, differences, persistent);
	snapshot_release(&first);
	snapshot_release(&second);
	*ret_persistent = persistent;
	return err;
}

static int verify(struct subject *subject)
{
	bool here = !subject->source->reader;
	size_t persistent;
	int err;

	if (here)
		verify_source_open(&subject->other, subject->source);
	err = snapshot_twice(subject, &persistent);
	if (here)
		verify_source_close(&subject->other);
	return err || persistent ? STATUS_FAILURE : STATUS_OK;
}

int verify_table(struct engine *engine)
{
	struct subject subject = {
		.table = engine->table, .source = &engine->source, .engine = engine};

	return verify(&subject);
}

int verify_list(struct table_source *source, struct conn_table *table)
{
	struct subject subject = {.table = table, .source = source};

	return verify(&subject);
}
