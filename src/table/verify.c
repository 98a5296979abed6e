/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The living table against what another part of the kernel says. */
#include "table/verify.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/format.h"
#include "base/say.h"
#include "base/clock.h"
#include "table/verify_source.h"
#include "connections/verify.h"
#include "netstate/tcp_state.h"

#define SECOND_LOOK_NS 100000000 /* sockets change between two readings of one moment */

static void take_rows(void *context, const struct listed_connection *listed, size_t count)
{
	for (size_t i = 0; i < count; i++)
		conn_verify_row(context, &listed[i]);
}

static void take_unread(void *context, uint32_t netns)
{
	conn_verify_keep(context, netns);
}

static int look(struct engine *engine, struct verify_source *source,
		struct conn_verify **ret_verify)
{
	struct namespaces spaces = {};
	struct socket_rows_handler take = {.rows = take_rows, .unread = take_unread};
	struct conn_verify *verify = NULL;
	int err = table_source_namespaces(&engine->source, &spaces);

	engine_drain(engine);
	if (!err)
		err = conn_verify_new(engine->table, &verify);
	if (!err) {
		take.context = verify;
		err = verify_source_read(source, &spaces, &take);
	}
	namespaces_release(&spaces);
	if (err) {
		conn_verify_free(verify);
		return err;
	}
	conn_verify_end(verify);
	*ret_verify = verify;
	return 0;
}

/* Until then the table lives on as ever, its half-open and time-wait rows are due in any case. */
static void wait_for_second_look(struct engine *engine)
{
	uint64_t until_ns = clock_monotonic_ns() + SECOND_LOOK_NS, now_ns;

	engine_drain(engine);
	if (engine->heal)
		engine_pass(engine, TABLE_PASS_SOCKETS);
	while ((now_ns = clock_monotonic_ns()) < until_ns) {
		struct pollfd ready = {.fd = tracer_fd(engine->tracer), .events = POLLIN};

		poll(&ready, 1, TRACER_LOOK_MS);
		engine_drain(engine);
	}
	engine_pass(engine,
		    engine->source.namespace_left ? TABLE_PASS_HOLDERS : TABLE_PASS_WAITING);
}

static const char *state_text(unsigned int state)
{
	const char *name = tcp_state_name(state);

	return !state ? "nothing" : name ? name : "another state";
}

static char *put_end(char *to, const struct endpoint *end)
{
	to = endpoint_is_v4(end) ? format_ip4(to, end->addr + 12) : format_ip6(to, end->addr);
	*to++ = ':';
	to = format_u64(to, end->port);
	*to = '\0';
	return to;
}

static void say_difference(const struct conn_difference *difference)
{
	char local[64], remote[64];

	put_end(local, &difference->flow.local);
	put_end(remote, &difference->flow.remote);
	say("verify: %s %s netns %u cookie %" PRIu64 ": the table has %s, the kernel has %s%s",
	    local, remote, difference->flow.netns, difference->flow.cookie,
	    state_text(difference->table_state), state_text(difference->kernel_state),
	    difference->time_wait ? " (a time-wait minisocket)" : "");
}

static size_t say_persistent(const struct conn_verify *first, const struct conn_verify *second)
{
	const struct conn_difference *difference;
	size_t persistent = 0;

	for (size_t i = 0; (difference = conn_verify_get(second, i)); i++) {
		if (!conn_verify_has(first, difference))
			continue;
		say_difference(difference);
		persistent++;
	}
	return persistent;
}

static int look_twice(struct engine *engine, struct verify_source *source, size_t *ret_persistent)
{
	struct conn_verify *first = NULL, *second = NULL;
	size_t persistent = 0;
	int err = look(engine, source, &first);

	if (!err && conn_verify_count(first)) {
		wait_for_second_look(engine);
		err = look(engine, source, &second);
	}
	if (!err && second)
		persistent = say_persistent(first, second);
	if (err)
		say("verify: cannot read the sockets by %s: %s", verify_source_name(source),
		    strerror(-err));
	else
		say("verify: %zu sockets by %s, %zu differences at the first look, %zu persist",
		    conn_verify_listed(first), verify_source_name(source), conn_verify_count(first),
		    persistent);
	conn_verify_free(first);
	conn_verify_free(second);
	*ret_persistent = persistent;
	return err;
}

int verify_table(struct engine *engine)
{
	struct verify_source source;
	size_t persistent;
	int err;

	verify_source_open(&source, &engine->source);
	err = look_twice(engine, &source, &persistent);
	verify_source_close(&source);
	return err || persistent ? STATUS_FAILURE : STATUS_OK;
}
