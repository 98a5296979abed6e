/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate stalls --listeners: accept queues and half-open connections, by listening socket. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json_string.h"
#include "base/safe.h"
#include "base/say.h"
#include "base/clock.h"
#include "commands/left_out.h"
#include "commands/output_end.h"
#include "commands/stalls.h"
#include "diagnosis/record.h"
#include "events/decode.h"
#include "netstate/tcp_state.h"

#define POLL_NS 500000000u
#define LISTENERS_MAX 4096 /* further ones are not watched, and that is said */

struct watched_listener {
	struct wire_stall_listener now, before;
	uint32_t pid;
	char comm[FLOW_COMM_SIZE];
	uint64_t overflows;		 /* connections dropped while its queue was full */
	uint8_t retries, retries_before; /* SYN-ACKs retransmitted, the most of any half-open one */
	uint32_t lasting, lasting_before; /* half-open ones that are no handshake under way */
	bool known;			  /* `before` is filled */
	bool seen;			  /* in this pass */
	bool was_full;
};

struct listeners {
	struct stalls *stalls;
	struct watched_listener rows[LISTENERS_MAX];
	unsigned int count;
	struct netns_left_out said;
	bool too_many;
};

static struct listeners watched; /* large, and once */

/* ---------------------------------------------------------------- one pass */

static struct watched_listener *find(struct listeners *all, uint64_t sock)
{
	for (unsigned int i = 0; i < all->count; i++) {
		if (all->rows[i].now.sock == sock)
			return &all->rows[i];
	}
	return NULL;
}

static void on_listener(struct listeners *all, const struct wire_stall_listener *record)
{
	struct watched_listener *row = find(all, record->sock);

	if (row && row->now.cookie != record->cookie) {
		*row = (struct watched_listener){};
	} else if (!row) {
		all->too_many |= all->count == LISTENERS_MAX;
		if (all->count == LISTENERS_MAX)
			return;
		row = &all->rows[all->count++];
		*row = (struct watched_listener){};
	}
	row->known = row->now.sock != 0;
	row->before = row->now;
	row->retries_before = row->retries;
	row->retries = 0;
	row->lasting_before = row->lasting;
	row->lasting = 0;
	row->now = *record;
	row->seen = true;
}

static void on_record(void *context, const void *bytes, size_t size)
{
	struct listeners *all = context;
	struct stall_record record;
	struct watched_listener *row;

	if (stall_record_decode(bytes, size, &record))
		return;
	if (record.head.kind == WIRE_KIND_STALL_LISTENER)
		on_listener(all, &record.listener);
	if (record.head.kind != WIRE_KIND_STALL_REQUEST)
		return;
	row = find(all, record.request.listener);
	if (!row)
		return;
	row->lasting += record.request.lasting;
	if (record.request.timeouts > row->retries)
		row->retries = record.request.timeouts;
}

static void forget_gone(struct listeners *all)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < all->count; i++) {
		if (all->rows[i].seen)
			all->rows[kept++] = all->rows[i];
	}
	all->count = kept;
}

/* As often as there are more of them than ever before. */
static void say_left_out(struct listeners *all, const struct netns_left_out *left)
{
	struct stalls *stalls = all->stalls;

	if (left->unread <= all->said.unread && left->beyond <= all->said.beyond)
		return;
	all->said = *left;
	left_out_say("stalls", left, "kind", stalls->settings.json ? &stalls->report.output : NULL);
}

static void pass(struct listeners *all)
{
	struct netns_left_out left;

	for (unsigned int i = 0; i < all->count; i++)
		all->rows[i].seen = false;
	stalls_helper_listeners(&all->stalls->helper, on_record, all, &left);
	say_left_out(all, &left);
	forget_gone(all);
}

/* ---------------------------------------------------------------- news, owners */

static bool is_full(const struct wire_stall_listener *listener)
{
	return listener->queue > listener->limit;
}

static bool has_news(const struct watched_listener *row)
{
	if (!row->known)
		return is_full(&row->now) || row->lasting || row->retries;
	return is_full(&row->now) != row->was_full ||
	       (is_full(&row->now) && row->now.drops != row->before.drops) ||
	       row->lasting != row->lasting_before || row->retries != row->retries_before;
}

/* The next rows whose owner is not known and that are about to be printed. */
static size_t next_unnamed(const struct listeners *all, unsigned int *at,
			   struct socket_owner_row *ret_owners)
{
	size_t count = 0;

	for (; *at < all->count && count < STALLS_OWNERS_MAX; ++*at) {
		const struct watched_listener *row = &all->rows[*at];

		if (!row->pid && has_news(row))
			ret_owners[count++] = (struct socket_owner_row){.sock = row->now.sock,
									.inode = row->now.inode};
	}
	return count;
}

/* Each question is a pass over all descriptors. */
static void name_owners(struct listeners *all)
{
	struct socket_owner_row owners[STALLS_OWNERS_MAX];
	unsigned int at = 0;
	size_t count;

	while ((count = next_unnamed(all, &at, owners)) > 0) {
		stalls_helper_owners(&all->stalls->helper, owners, count);
		for (unsigned int i = 0; i < all->count; i++) {
			struct watched_listener *row = &all->rows[i];
			const struct socket_owner_row *found =
				row->pid ? NULL : socket_owner_of(owners, count, row->now.sock);

			if (!found)
				continue;
			row->pid = found->pid;
			memcpy(row->comm, found->comm, sizeof(row->comm));
		}
	}
}

/* ---------------------------------------------------------------- lines */

static struct flow flow_of(const struct watched_listener *row)
{
	struct flow flow = {
		.cookie = row->now.cookie,
		.sock = row->now.sock,
		.local.port = row->now.lport,
		.netns = row->now.netns,
		.uid = row->now.uid,
		.pid = row->pid,
		.family = row->now.family,
		.owner = row->pid ? FLOW_OWNER_SCAN : FLOW_OWNER_NONE,
	};

	memcpy(flow.local.addr, row->now.laddr, sizeof(flow.local.addr));
	memcpy(flow.comm, row->comm, sizeof(flow.comm));
	return flow;
}

static void put_line(struct stalls *stalls, const struct watched_listener *row, uint64_t now)
{
	struct flow flow = flow_of(row);
	struct stall_listener_report report = {
		.flow = &flow,
		.ktime_ns = now,
		.queue = row->now.queue,
		.limit = row->now.limit,
		.drops = row->now.drops,
		.half_open = row->now.half_open,
		.synack_retries = row->retries,
		.overflows = row->overflows,
		.full = is_full(&row->now),
	};
	struct recent_owner recent;

	if (stalls->ended)
		return; /* --count */
	recent_listener(stalls->evidence.recent, row->now.netns, row->now.lport, &recent);
	report.last_accept_ns = recent.last_accept_ns;
	if (stalls->settings.json)
		view_listener_json(&stalls->report.view, &report, &stalls->report.output.buf);
	else
		view_listener_text(&stalls->report.view, &report, &stalls->report.output.buf);
	stalls->report.reports++;
	stalls->ended |= stalls->settings.count && stalls->report.reports >= stalls->settings.count;
}

static void report(struct listeners *all)
{
	uint64_t now = clock_monotonic_ns();

	all->stalls->report.view.wall_offset_ns = clock_wall_offset();
	name_owners(all);
	for (unsigned int i = 0; i < all->count; i++) {
		struct watched_listener *row = &all->rows[i];
		struct flow flow = flow_of(row);
		struct filter_subject subject = {
			.flow = &flow, .state = TCP_STATE_LISTEN, .age_ns = UINT64_MAX};
		bool news = has_news(row);

		/* sk_drops counts more than overflows: only what it grew by while the queue was
		 * full is one */
		if (row->known && (row->was_full || is_full(&row->now)))
			row->overflows += row->now.drops - row->before.drops;
		row->was_full = is_full(&row->now);
		if (news && selection_match(&all->stalls->settings.selection, &subject))
			put_line(all->stalls, row, now);
	}
	output_flush(&all->stalls->report.output);
}

/* ---------------------------------------------------------------- the loop */

static int on_event(void *context, const void *bytes, size_t size)
{
	struct stalls *stalls = context;
	struct event event;

	if (!event_decode(bytes, size, &event))
		recent_event(stalls->evidence.recent, &event);
	return 0;
}

static void end(void *context, int fd)
{
	((struct listeners *)context)->stalls->ended = true;
}

static void poll_once(void *context, int fd)
{
	struct listeners *all = context;

	loop_timer_clear(fd);
	pass(all);
	report(all);
}

static void records_wait(void *context, int fd)
{
}

static int set_up_loop(struct stalls *stalls, struct loop *loop)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	int err = loop_init(loop);

	if (!err)
		err = loop_add_ends(loop, signals, sizeof(signals) / sizeof(signals[0]), end,
				    &watched);
	if (!err)
		err = loop_add_wakes(loop, tracer_fd(stalls->evidence.tracer), records_wait,
				     stalls);
	if (!err)
		err = loop_add_timer(loop, 1, POLL_NS, poll_once, &watched);
	if (!err && stalls->settings.duration_ns)
		err = loop_add_timer(loop, stalls->settings.duration_ns, 0, end, &watched);
	if (!err && stalls->settings.duration_ns)
		err = loop_last_stops(loop);
	if (!err)
		err = loop_add_hangup(loop, STDOUT_FILENO, end, &watched);
	output_stop_by(&stalls->report.output, loop->stop_fd);
	return err;
}

int stalls_watch_listeners(struct stalls *stalls)
{
	struct loop loop;
	int err = set_up_loop(stalls, &loop);

	watched.stalls = stalls;
	if (!err) {
		stalls_helper_start(&stalls->helper, &stalls->evidence,
				    stalls->settings.selection.lookups);
		say("watching listeners");
	}
	while (!err && !stalls->ended && !stalls->report.output.error) {
		struct tracer *tracer = stalls->evidence.tracer;

		err = loop_turn(&loop,
				tracer_poll_ms(tracer, tracer_drain(tracer, on_event, stalls)));
	}
	loop_release(&loop);
	say_hurry();
	if (watched.too_many)
		say("more than %d listening sockets: the others were not watched", LISTENERS_MAX);
	return err ? say("cannot wait for events: %s", strerror(-err))
		   : output_end(&stalls->report.output);
}
