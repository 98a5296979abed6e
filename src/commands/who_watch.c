/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tracer's bind and listen records of one port -> lines. */
#include "commands/who_watch.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/say.h"
#include "commands/line_options.h"
#include "commands/output_end.h"
#include "events/decode.h"
#include "kernel/tracer.h"
#include "table/blocker.h"
#include "view/view.h"

struct watching {
	const struct who_watch *watch;
	struct tracer *tracer;
	struct view view;
	bool ended;
};

static const char *netns_name(void *context, uint32_t netns)
{
	const struct watching *watching = context;

	return watching->watch->labels ? labels_netns(watching->watch->labels, netns) : NULL;
}

/* Of a whole ADDRESS:PORT: what asks for that address, or for all. */
static bool is_asked_for(const struct who_question *question, const struct event *event)
{
	const struct endpoint *local = &event->flow.local;

	if (event->kind != EVENT_BIND && event->kind != EVENT_LISTEN)
		return false;
	return !question->whole || address_is_any(local->addr) ||
	       !memcmp(local->addr, question->end.addr, sizeof(local->addr));
}

static int take(void *context, const void *record, size_t size)
{
	struct watching *watching = context;
	struct output *output = watching->watch->output;
	struct wire_refusal refusal;
	struct event event;

	if (blocker_wanted(record, size)) {
		memcpy(&refusal, record, sizeof(refusal));
		blocker_ask(watching->watch->source, &refusal);
		record = &refusal;
	}
	if (event_decode(record, size, &event) || !is_asked_for(watching->watch->question, &event))
		return 0;
	if (watching->watch->json)
		view_json(&watching->view, &event, &output->buf);
	else
		view_text(&watching->view, &event, &output->buf);
	output_flush(output);
	return output->error ? -1 : 0;
}

static void records_wait(void *context, int fd)
{
	/* drained behind each turn of the loop */
}

static void end(void *context, int fd)
{
	struct watching *watching = context;

	watching->ended = true;
}

static int set_up_loop(struct watching *watching, struct loop *loop)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	int err = loop_add_ends(loop, signals, ARRAY_SIZE(signals), end, watching);

	if (!err)
		err = loop_add_wakes(loop, tracer_fd(watching->tracer), records_wait, watching);
	if (!err && watching->watch->duration_ns)
		err = loop_add_timer(loop, watching->watch->duration_ns, 0, end, watching);
	if (!err)
		err = loop_add_hangup(loop, watching->watch->output->fd, end, watching);
	return err;
}

static int follow(struct watching *watching)
{
	struct loop loop;
	int timeout = 0;
	int err = loop_init(&loop);

	if (!err)
		err = set_up_loop(watching, &loop);
	while (!err && !watching->ended && !watching->watch->output->error) {
		err = loop_turn(&loop, timeout);
		watching->view.wall_offset_ns = clock_wall_offset();
		timeout = tracer_look_ms(watching->tracer,
					 tracer_drain(watching->tracer, take, watching));
	}
	loop_release(&loop);
	return err;
}

int who_watch(const struct who_watch *watch)
{
	const struct tracer_settings settings = {
		.filter = {.netns = watch->question->netns,
			   .lport = watch->question->end.port,
			   .states = 1}, /* calls alone */
	};
	struct watching watching = {
		.watch = watch,
		.view = {.color = color_wanted(COLOR_AUTO),
			 .terminal_safe = true,
			 .utc_offset = clock_utc_offset,
			 .netns_name = netns_name,
			 .netns_column = !watch->question->netns,
			 .wall_offset_ns = clock_wall_offset()},
	};
	struct tracer_report report;
	int err;

	watching.view.context = &watching;
	if (tracer_new(&settings, &report, &watching.tracer))
		return say("who: %s", report.error);
	for (unsigned int i = 0; i < report.warning_count; i++)
		say("who: %s", report.warnings[i]);
	say("who: watching binds and listens of port %u that fail", watch->question->end.port);
	if (!watch->json) {
		view_header(&watching.view, &watch->output->buf);
		output_flush(watch->output);
	}
	err = follow(&watching);
	tracer_free(watching.tracer);
	return err ? say("who: %s", strerror(-err)) : output_end(watch->output);
}
