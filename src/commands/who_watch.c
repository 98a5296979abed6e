/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tracer's bind and listen records of one port -> lines. */
#include "commands/who_watch.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/say.h"
#include "commands/line_options.h"
#include "commands/output_end.h"
#include "events/decode.h"
#include "kernel/tracer.h"

static const char *netns_name(void *context, uint32_t netns)
{
	const struct who_watch *watch = context;

	return lookups_netns(watch->lookups, netns);
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

static void print(struct who_watch *watch, const struct event *event)
{
	if (watch->json)
		view_json(&watch->view, event, &watch->output->buf);
	else
		view_text(&watch->view, event, &watch->output->buf);
	output_flush(watch->output);
}

static int on_record(void *context, const void *record, size_t size)
{
	struct who_watch *watch = context;
	struct wire_refusal refusal;
	struct event event;

	if (trace_helper_blocker(watch->helper, record, size, &refusal))
		record = &refusal;
	if (!event_decode(record, size, &event) && is_asked_for(watch->question, &event))
		print(watch, &event);
	return watch->output->error ? -EIO : 0;
}

static void records_wait(void *context, int fd)
{
	/* drained behind each turn of the loop */
}

static void end(void *context, int fd)
{
	struct who_watch *watch = context;

	watch->ended = true;
}

static int set_up_loop(struct who_watch *watch)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct loop *loop = &watch->loop;
	int err = loop_init(loop);

	if (!err)
		err = loop_add_ends(loop, signals, ARRAY_SIZE(signals), end, watch);
	if (!err)
		err = loop_add_wakes(loop, tracer_fd(watch->helper->tracer), records_wait, watch);
	if (!err && watch->duration_ns)
		err = loop_add_timer(loop, watch->duration_ns, 0, end, watch);
	if (!err)
		err = loop_add_hangup(loop, watch->output->fd, end, watch);
	return err;
}

int who_watch_open(struct who_watch *watch)
{
	const struct tracer_settings settings = {
		.filter = {.netns = watch->question->netns,
			   .lport = watch->question->end.port,
			   .states = 1}, /* calls alone */
	};
	struct tracer_report report;
	int err;

	watch->view = (struct view){
		.color = color_wanted(COLOR_AUTO),
		.terminal_safe = true,
		.utc_offset = clock_utc_offset,
		.netns_name = netns_name,
		.netns_column = !watch->question->netns,
		.context = watch,
	};
	if (tracer_new(&settings, &report, &watch->helper->tracer))
		return say("who: %s", report.error);
	for (unsigned int i = 0; i < report.warning_count; i++)
		say("who: %s", report.warnings[i]);
	err = set_up_loop(watch);
	return err ? say("who: %s", strerror(-err)) : STATUS_OK;
}

void who_watch_release(struct who_watch *watch)
{
	if (!watch->helper->tracer)
		return;
	loop_release(&watch->loop);
	tracer_free(watch->helper->tracer);
	watch->helper->tracer = NULL;
}

int who_watch_run(struct who_watch *watch)
{
	struct tracer *tracer = watch->helper->tracer;
	int timeout = 0, err = 0;

	say("who: watching binds and listens of port %u that fail", watch->question->end.port);
	watch->view.wall_offset_ns = clock_wall_offset();
	if (!watch->json) {
		view_header(&watch->view, &watch->output->buf);
		output_flush(watch->output);
	}
	while (!err && !watch->ended && !watch->output->error) {
		err = loop_turn(&watch->loop, timeout);
		watch->view.wall_offset_ns = clock_wall_offset();
		timeout = tracer_poll_ms(tracer, tracer_drain(tracer, on_record, watch));
	}
	tracer_drain_rest(tracer, on_record, watch);
	return err ? say("who: %s", strerror(-err)) : output_end(watch->output);
}
