/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate stalls: events and stall records -> why connects hang. */
#include "commands/stalls.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/options.h"
#include "base/say.h"
#include "base/clock.h"
#include "commands/commands.h"
#include "commands/line_options.h"
#include "commands/output_end.h"
#include "commands/record_file.h"
#include "commands/trace_summary.h"
#include "events/decode.h"

#define THRESHOLD_DEFAULT_NS 1000000000u
#define ARM_AT_MOST_NS                                                                             \
	500000000u /* the first retry comes after a second: by then the hooks are there */
#define NS_PER_MS 1000000u
#define BATCH_MAX 4096 /* events; then the other ring is looked at, and what is due is printed */
#define TIMEOUT_MAX_MS 60000

/* ---------------------------------------------------------------- options */

#define FIELD(name) offsetof(struct stalls, name)

static const struct option_row rows[] = {
	{"threshold", 'T', "TIME", "report connects that take longer than this (1s)",
	 option_store_duration, FIELD(threshold_ns), "a time such as 1s or 300ms"},
	{"json", 'j', NULL, "one JSON object an update; keys in docs/stalls.md", option_store_true,
	 FIELD(json), NULL},
	{"summary", 's', NULL, "only sums at the end, by destination and verdict",
	 option_store_true, FIELD(summary), NULL},
	{"listeners", 'l', NULL, "watch accept queues and half-open connections instead",
	 option_store_true, FIELD(listeners), NULL},
	{"time", 't', "STYLE", "local, utc, rel (since the first report) or ns (ktime)",
	 option_store_time_style, FIELD(time), "local, utc, rel or ns"},
	{"color", 0, "WHEN", "auto (on a terminal, unless NO_COLOR is set), always or never",
	 option_store_color, FIELD(color), "auto, always or never"},
	SELECTION_OPTIONS(stalls, selection),
	{"duration", 'd', "TIME", "end after this long: 10s, 500ms, 2m", option_store_duration,
	 FIELD(duration_ns), "a time such as 10s"},
	{"record", 'w', "FILE", "also write the records to FILE, for a bug report",
	 option_store_text, FIELD(record_path), NULL},
	{"count", 'c', "N", "end after N reports", option_store_u64, FIELD(count), "a number"},
};

static const struct option_table table = {
	.command = "stalls",
	.usage = "netstate stalls [OPTIONS] [FILTER]",
	.about =
		"Says why connects hang or fail: each that stays in SYN_SENT beyond the threshold and each that fails,\n"
		"with the evidence that the verdict rests on. FILTER is ss(8)'s language, as in netstate trace.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* ---------------------------------------------------------------- records */

void stalls_keep(struct stalls *stalls, const void *record, size_t size)
{
	if (!stalls->record_path)
		return;
	buf_put(&stalls->record.buf, record, size);
	output_flush_if_full(&stalls->record);
}

static int take_event(void *context, const void *bytes, size_t size)
{
	struct stalls *stalls = context;
	struct event event;

	stalls_keep(stalls, bytes, size);
	if (event_decode(bytes, size, &event)) {
		stalls->undecoded++;
		return 0;
	}
	stalls_use_ipv6(stalls, &event);
	attempts_event(stalls->attempts, &event);
	recent_event(stalls->recent, &event);
	return ++stalls->batch < BATCH_MAX ? 0 : -EAGAIN;
}

static void take_record(void *context, const void *bytes, size_t size)
{
	struct stalls *stalls = context;
	struct stall_record record;

	stalls_keep(stalls, bytes, size);
	if (stall_record_decode(bytes, size, &record)) {
		stalls->undecoded++;
		return;
	}
	attempts_record(stalls->attempts, &record, &stalls->kernel);
}

/* ---------------------------------------------------------------- the loop */

static void end(void *context, int fd)
{
	((struct stalls *)context)->ended = true;
}

static void records_wait(void *context, int fd)
{
	/* drained behind each turn of the loop, woken or not */
}

static int set_up_loop(struct stalls *stalls, struct loop *loop)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	int err = loop_add_signals(loop, signals, ARRAY_SIZE(signals), end, stalls);

	if (!err)
		err = loop_last_stops(loop);
	if (!err)
		err = loop_add_wakes(loop, tracer_fd(stalls->tracer), records_wait, stalls);
	if (!err)
		err = loop_add(loop, stall_hooks_fd(stalls->hooks), records_wait, stalls);
	if (!err && stalls->duration_ns)
		err = loop_add_timer(loop, stalls->duration_ns, 0, end, stalls);
	if (!err && stalls->duration_ns)
		err = loop_last_stops(loop);
	if (!err)
		err = loop_add_hangup(loop, STDOUT_FILENO, end, stalls);
	output_stop_by(&stalls->output, loop->stop_fd);
	if (stalls->record_path)
		output_stop_by(&stalls->record, loop->stop_fd);
	return err;
}

/* Events first: a record's connect is known by then, but for those that came in between. */
static int turn(struct stalls *stalls)
{
	uint64_t now, next, hooks_next;
	int taken;

	stalls->batch = 0;
	taken = tracer_drain(stalls->tracer, take_event, stalls);
	stall_hooks_drain(stalls->hooks, take_record, stalls);
	now = clock_monotonic_ns();
	attempts_catch_up(stalls->attempts, &stalls->kernel, now);
	next = attempts_turn(stalls->attempts, now);
	hooks_next = stalls_keep_hooks(stalls, now);
	output_flush(&stalls->output);
	if (stalls->record_path)
		output_flush(&stalls->record);
	if (taken == -EAGAIN)
		return 0;
	if (taken > 0)
		return TRACER_LOOK_MS;
	if (hooks_next < next)
		next = hooks_next;
	if (next == UINT64_MAX)
		return LOOP_FOREVER;
	if (next <= now)
		return 1;
	next = (next - now) / NS_PER_MS + 1;
	return next < TIMEOUT_MAX_MS ? (int)next : TIMEOUT_MAX_MS;
}

static void run_loop(struct stalls *stalls, struct loop *loop)
{
	int timeout = 0;

	while (!stalls->ended && !stalls->output.error && !stalls->record.error) {
		if (loop_turn(loop, timeout))
			break;
		timeout = turn(stalls);
	}
}

/* ---------------------------------------------------------------- beginning and end */

static void set_up_view(struct stalls *stalls)
{
	stalls->view.time = (enum view_time)stalls->time;
	stalls->view.color = color_wanted(stalls->color);
	stalls->view.terminal_safe = true;
	stalls->view.utc_offset = clock_utc_offset;
	selection_name_for(&stalls->selection, &stalls->view);
	stalls->view.wall_offset_ns = clock_wall_offset();
	stalls->output.fd = STDOUT_FILENO;
}

static int open_kernel(struct stalls *stalls)
{
	/* not filtered in the kernel: a SYN_SENT has no local port yet, and other processes'
	 * accepts count too */
	struct tracer_settings settings = {0};
	struct tracer_report report;
	struct stall_hooks_report hooks_report;
	struct timespec tick;
	int err;

	if (tracer_new(&settings, &report, &stalls->tracer))
		return say("%s", report.error);
	for (unsigned int i = 0; i < report.warning_count; i++)
		say("%s", report.warnings[i]);
	if (stall_hooks_new(&hooks_report, &stalls->hooks))
		return say("%s", hooks_report.error[0] ? hooks_report.error : "out of memory");
	for (unsigned int i = 0; i < hooks_report.warning_count; i++)
		say("%s", hooks_report.warnings[i]);
	if (socket_lists_new(&stalls->lists))
		say("no iterators over tasks here; owners of older sockets are looked up in /proc");
	err = netns_switch_init(&stalls->netns, stalls->lists);
	if (err)
		return say("cannot find the network namespaces of this machine: %s",
			   strerror(-err));
	clock_getres(CLOCK_MONOTONIC_COARSE, &tick); /* a jiffy */
	stalls->kernel = (struct stall_kernel){
		.hz = (uint32_t)(1000000000 / tick.tv_nsec),
		.senses = *stall_hooks_senses(stalls->hooks),
		.drop_reason = stall_hooks_drop_reason,
		.reset_reason = stall_hooks_reset_reason,
		.context = stalls->hooks,
	};
	return STATUS_OK;
}

static int open_tables(struct stalls *stalls)
{
	uint64_t arm_ns = stalls->threshold_ns / 2 < ARM_AT_MOST_NS ? stalls->threshold_ns / 2
								    : ARM_AT_MOST_NS;
	struct attempts_ask ask = {
		.watch = stalls_watch,
		.unwatch = stalls_unwatch,
		.look = stalls_look,
		.report = stalls_report,
		.wanted = stalls_wanted,
		.excluded = stalls_excluded,
		.context = stalls,
	};

	if (attempts_new(stalls->threshold_ns, arm_ns, &ask, &stalls->attempts) ||
	    recent_new(&stalls->recent))
		return say("out of memory");
	return STATUS_OK;
}

static void say_losses(const struct stalls *stalls)
{
	uint64_t lost = tracer_lost(stalls->tracer) + stall_hooks_lost(stalls->hooks);

	if (lost)
		say("%" PRIu64 " records were lost: some connects may be missing", lost);
	trace_say_skipped(stalls->tracer);
	if (attempts_overflow(stalls->attempts))
		say("%" PRIu64 " connects were not followed: too many at a time",
		    attempts_overflow(stalls->attempts));
	if (stalls->undecoded)
		say("%" PRIu64 " records could not be decoded and were left out",
		    stalls->undecoded);
}

static int end_status(const struct stalls *stalls)
{
	if (stalls->record.error)
		return output_end_of(&stalls->record, stalls->record_path);
	return output_end(&stalls->output);
}

static int watch_connects(struct stalls *stalls)
{
	struct loop loop;
	int err;

	if (stalls->record_path && record_file_open(stalls->record_path, &stalls->record))
		return STATUS_FAILURE;
	err = loop_init(&loop);
	if (!err)
		err = set_up_loop(stalls, &loop);
	if (err) {
		loop_release(&loop);
		return say("cannot wait for events: %s", strerror(-err));
	}
	stalls_find_old(stalls);
	say("watching connects");
	run_loop(stalls, &loop);
	say_hurry();
	if (stalls->summary)
		stalls_print_summary(stalls);
	loop_release(&loop);
	say_losses(stalls);
	return end_status(stalls);
}

static void release(struct stalls *stalls)
{
	stall_hooks_free(stalls->hooks);
	tracer_free(stalls->tracer);
	attempts_free(stalls->attempts);
	recent_free(stalls->recent);
	netns_switch_release(&stalls->netns);
	stalls_sights_release(stalls);
	socket_lists_free(stalls->lists);
	selection_release(&stalls->selection);
	output_release(&stalls->output);
	output_release(&stalls->record);
	if (stalls->record.fd > 0)
		close(stalls->record.fd);
}

int command_stalls(int argc, char **argv)
{
	static struct stalls stalls; /* large, and once */
	int first, status;

	stalls = (struct stalls){.threshold_ns = THRESHOLD_DEFAULT_NS};
	status = options_parse(&table, argc, argv, &stalls, &first);
	if (status != OPTIONS_GO_ON)
		return status;
	if (stalls.listeners && (stalls.record_path || stalls.summary))
		return say_usage("stalls", "--listeners and %s exclude each other",
				 stalls.record_path ? "--record" : "--summary");
	signal(SIGPIPE, SIG_IGN);
	stalls.selection.no_age = "no age is asked of connects here: see --threshold";
	status = selection_init(&stalls.selection, "stalls", argc, argv, first);
	set_up_view(&stalls);
	if (!status)
		status = open_kernel(&stalls);
	if (!status)
		status = open_tables(&stalls);
	if (!status)
		status = stalls.listeners ? stalls_watch_listeners(&stalls)
					  : watch_connects(&stalls);
	release(&stalls);
	return status;
}
