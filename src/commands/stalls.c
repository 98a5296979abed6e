/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate stalls: events and stall records -> why connects hang. */
#include "commands/stalls.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/options.h"
#include "base/say.h"
#include "base/clock.h"
#include "commands/btf_option.h"
#include "commands/commands.h"
#include "commands/hooks_option.h"
#include "commands/line_options.h"
#include "commands/output_end.h"
#include "commands/record_file.h"
#include "events/decode.h"
#include "netstate/tcp_state.h"

#define THRESHOLD_DEFAULT_NS 1000000000u
/* the first retry comes after a second: by then the hooks are there */
#define ARM_AT_MOST_NS 500000000u
#define NS_PER_MS 1000000u
#define TIMEOUT_MAX_MS 60000

/* ---------------------------------------------------------------- options */

#define FIELD(name) offsetof(struct stalls_settings, name)

static const struct option_row rows[] = {
	{"threshold", 'T', "TIME", "report connects that take longer than this (1s)",
	 option_store_duration, FIELD(threshold_ns), "a time such as 1s or 300ms"},
	{"json", 'j', NULL, "one JSON object an update; keys in docs/stalls.md", option_store_true,
	 FIELD(json), NULL},
	{"once", 'o', NULL,
	 "judge the connects that hang now, if needed after one more SYN, and exit; status 3: "
	 "something hangs",
	 option_store_true, FIELD(once), NULL},
	{"summary", 's', NULL, "print only totals at the end, by destination and verdict",
	 option_store_true, FIELD(summary), NULL},
	{"listeners", 'l', NULL, "watch accept queues and half-open connections instead",
	 option_store_true, FIELD(listeners), NULL},
	{"trace-rules", 'R', NULL,
	 "name the nftables rule that drops a connect's packets, by a trace set for these only",
	 option_store_true, FIELD(trace_rules), NULL},
	{"time", 't', "STYLE", "local, utc, rel (since the first report) or ns (ktime)",
	 option_store_time_style, FIELD(time), "local, utc, rel or ns"},
	{"color", 0, "WHEN", "auto (on a terminal, unless NO_COLOR is set), always or never",
	 option_store_color, FIELD(color), "auto, always or never"},
	SELECTION_OPTIONS(stalls_settings, selection),
	DURATION_OPTIONS(FIELD(duration_ns)),
	{"redact", 0, NULL, "replace addresses and names in the file of --record, consistently",
	 option_store_true, FIELD(redact), NULL},
	{"force", 0, NULL, "let --record write into a file of another user, or one with hard links",
	 option_store_true, FIELD(force), NULL},
	{"record", 'w', "FILE", "also write the records to FILE, for --replay", option_store_text,
	 FIELD(record_path), NULL},
	{"replay", 'r', "FILE", "read the reports from FILE; needs no root", option_store_text,
	 FIELD(replay_path), NULL},
	{"count", 'c', "N", "end after N reports", option_store_count, FIELD(count),
	 "a number from 1"},
	BTF_OPTION,
	HOOKS_OPTION,
};

static const struct option_table table = {
	.command = "stalls",
	.usage = "netstate stalls [OPTIONS] [FILTER]",
	.about =
		"Reports why connects hang or fail: each that stays in SYN_SENT beyond the threshold and each that fails,\n"
		"with the evidence for the verdict. FILTER is ss(8)'s language, as in netstate trace.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* ---------------------------------------------------------------- records */

static void record(struct stalls *stalls, const void *bytes, size_t size)
{
	if (!stalls->evidence.recording)
		return;
	buf_put(stalls->evidence.recording, bytes, size);
	output_flush_if_full(&stalls->report.record);
}

/* Of which the user's filter is asked before it is followed. */
static bool may_begin(const struct event *event)
{
	return event->kind == EVENT_CONNECT ? event->ret < 0
					    : event->new_state == TCP_STATE_SYN_SENT;
}

static int on_event(void *context, const void *bytes, size_t size)
{
	struct stalls *stalls = context;
	struct event event;
	bool excluded;

	record(stalls, bytes, size);
	if (event_decode(bytes, size, &event)) {
		stalls->undecoded++;
		return 0;
	}
	excluded = may_begin(&event) &&
		   (stalls->settings.once || stalls_excludes(stalls, &event.flow));
	if (may_begin(&event) && !excluded)
		stalls_helper_begins(&stalls->helper, &event);
	attempts_event(stalls->attempts, &event, excluded);
	recent_event(stalls->evidence.recent, &event);
	fallbacks_event(&stalls->fallbacks, &event);
	return 0;
}

static void on_record(void *context, const void *bytes, size_t size)
{
	struct stalls *stalls = context;
	struct stall_record stall_record;

	record(stalls, bytes, size);
	if (stall_record_decode(bytes, size, &stall_record)) {
		stalls->undecoded++;
		return;
	}
	attempts_record(stalls->attempts, &stall_record, &stalls->evidence.kernel);
}

/* ---------------------------------------------------------------- the loop */

static void namespaces_wait(void *context, int fd)
{
	stalls_helper_hold_seen(&((struct stalls *)context)->helper);
}

static void records_wait(void *context, int fd)
{
	/* drained behind each turn of the loop, woken or not */
}

static int set_up_loop(struct stalls *stalls, struct loop *loop)
{
	int err = stalls_set_up_loop(stalls, loop);

	if (!err)
		err = loop_add_wakes(loop, tracer_fd(stalls->evidence.tracer), records_wait,
				     stalls);
	if (!err)
		err = loop_add(loop, stall_hooks_fd(stalls->evidence.hooks), records_wait, stalls);
	if (!err && netns_switch_fd(&stalls->evidence.netns) >= 0)
		err = loop_add(loop, netns_switch_fd(&stalls->evidence.netns), namespaces_wait,
			       stalls);
	return err;
}

static uint64_t earliest(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static void note_losses(struct stalls *stalls, uint64_t now_ns)
{
	uint64_t lost = stall_hooks_lost(stalls->evidence.hooks);

	if (lost != stalls->records_lost)
		attempts_records_lost(stalls->attempts, now_ns);
	stalls->records_lost = lost;
}

/* Events first: a record's connect is known by then, but for those that came in between. */
static int turn(struct stalls *stalls)
{
	struct evidence_sources *evidence = &stalls->evidence;
	uint64_t now, next, hooks_next, netns_next;
	int taken;

	taken = tracer_drain(evidence->tracer, on_event, stalls);
	stall_hooks_drain(evidence->hooks, on_record, stalls);
	now = clock_monotonic_ns();
	note_losses(stalls, now);
	attempts_catch_up(stalls->attempts, &evidence->kernel, now);
	next = stalls_answer_questions(stalls, now);
	netns_next = stalls_helper_expire(&stalls->helper, now);
	if (stalls_helper_arm(&stalls->helper, attempts_need_hooks(stalls->attempts), now,
			      &hooks_next))
		say("cannot attach kfree_skb; drops on this host will not be seen");
	output_flush(&stalls->report.output);
	if (evidence->recording)
		output_flush(&stalls->report.record);
	if (taken >= DRAIN_TURN)
		return 0;
	if (taken > 0)
		return TRACER_POLL_MS;
	next = earliest(next, hooks_next, netns_next);
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

	while (!stalls->ended && !stalls->report.output.error && !stalls->report.record.error) {
		if (loop_turn(loop, timeout))
			break;
		timeout = turn(stalls);
		if (stalls->settings.once && stalls_once_is_done(stalls))
			break;
	}
	if (stalls->ended && stalls->slice_over) /* what was due is said */
		turn(stalls);
}

/* ---------------------------------------------------------------- beginning and end */

static void set_up_view(struct stalls_settings *settings, struct stalls_report *report)
{
	report->view.time = (enum view_time)settings->time;
	report->view.color = color_wanted(settings->color);
	report->view.terminal_safe = true;
	report->view.utc_offset = clock_utc_offset;
	selection_name_for(&settings->selection, &report->view);
	report->view.wall_offset_ns = clock_wall_offset();
	report->output.fd = STDOUT_FILENO;
}

static int open_kernel(struct stalls *stalls)
{
	struct evidence_sources *evidence = &stalls->evidence;
	/* not filtered in the kernel: a SYN_SENT has no local port yet, and other processes'
	 * accepts count too */
	struct tracer_settings settings = {0};
	struct tracer_report report;
	struct stall_hooks_report hooks_report;
	int err;

	if (tracer_new(&settings, &report, &evidence->tracer))
		return stalls_polling_open(stalls, report.error);
	for (unsigned int i = 0; i < report.warning_count; i++)
		say("%s", report.warnings[i]);
	if (stall_hooks_new(&hooks_report, &evidence->hooks)) {
		tracer_free(evidence->tracer);
		evidence->tracer = NULL;
		return stalls_polling_open(stalls, hooks_report.error[0] ? hooks_report.error
									 : "out of memory");
	}
	for (unsigned int i = 0; i < hooks_report.warning_count; i++)
		say("%s", hooks_report.warnings[i]);
	if (socket_reader_new(&evidence->socket_reader))
		say("no iterators over tasks here; owners of older sockets are looked up in /proc");
	err = evidence_sources_init(evidence);
	if (err == -ENOMEM)
		return say("out of memory");
	if (err)
		return say("cannot find the network namespaces of this machine: %s",
			   strerror(-err));
	return STATUS_OK;
}

static int open_table(struct stalls *stalls)
{
	uint64_t threshold = stalls->settings.threshold_ns;
	uint64_t arm = threshold / 2 < ARM_AT_MOST_NS ? threshold / 2 : ARM_AT_MOST_NS;

	return attempts_new(threshold, arm, &stalls->attempts) ? say("out of memory") : STATUS_OK;
}

int stalls_end_status(const struct stalls *stalls)
{
	int status;

	if (stalls->report.record.error)
		return output_end_of(&stalls->report.record, stalls->settings.record_path);
	status = output_end(&stalls->report.output);
	return stalls->settings.once && !status ? stalls_once_status(stalls) : status;
}

static int watch_connects(struct stalls *stalls)
{
	struct loop loop;
	int err = stalls_open_record(stalls);

	if (err)
		return err;
	err = loop_init(&loop);
	if (!err)
		err = set_up_loop(stalls, &loop);
	if (err) {
		loop_release(&loop);
		return say("cannot wait for events: %s", strerror(-err));
	}
	stalls->begin_ns = clock_monotonic_ns();
	stalls_find_pending(stalls);
	stalls_helper_start(&stalls->helper, &stalls->evidence, stalls->settings.selection.lookups);
	say("watching connects");
	if (stalls->settings.once)
		stalls_once_say(stalls);
	run_loop(stalls, &loop);
	say_hurry();
	stalls_sum_up(stalls);
	if (stalls->settings.summary)
		stalls_print_summary(stalls);
	loop_release(&loop);
	stalls_say_totals(stalls);
	stalls_say_losses(stalls);
	return stalls_end_status(stalls);
}

static void release(struct stalls *stalls)
{
	stalls_helper_stop(&stalls->helper);
	evidence_sources_release(&stalls->evidence);
	attempts_free(stalls->attempts);
	selection_release(&stalls->settings.selection);
	output_release(&stalls->report.output);
	output_release(&stalls->report.record);
	if (stalls->report.record.fd > 0)
		close(stalls->report.record.fd);
}

/* Options that cannot be combined. 0, or the exit status. */
static int refuse(const struct stalls_settings *settings)
{
	const struct {
		const char *name;
		bool given, with_listeners, with_replay;
	} options[] = {
		{"--record", settings->record_path, false, false},
		{"--summary", settings->summary, false, true},
		{"--once", settings->once, false, false},
		{"--trace-rules", settings->trace_rules, false, false},
		{"--duration", settings->duration_ns, true, false},
		{"--replay", settings->replay_path, false, true},
	};

	if (settings->redact && !settings->record_path)
		return record_file_missing("stalls");
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (!options[i].given)
			continue;
		if (settings->listeners && !options[i].with_listeners)
			return say_usage("stalls", "--listeners and %s cannot be combined",
					 options[i].name);
		if (settings->replay_path && !options[i].with_replay)
			return say_usage("stalls", "--replay and %s cannot be combined",
					 options[i].name);
	}
	return 0;
}

static int watch(struct stalls *stalls)
{
	int status = open_kernel(stalls);

	if (!status)
		status = open_table(stalls);
	if (status)
		return status;
	stalls_trace_rules(stalls);
	if (stalls->evidence.polled)
		return stalls_poll(stalls);
	return stalls->settings.listeners ? stalls_watch_listeners(stalls) : watch_connects(stalls);
}

int command_stalls(int argc, char **argv)
{
	static struct stalls stalls; /* large, and once */
	struct stalls_settings *settings = &stalls.settings;
	int first, status;

	stalls = (struct stalls){.settings.threshold_ns = THRESHOLD_DEFAULT_NS};
	status = options_parse(&table, argc, argv, settings, &first);
	if (status != OPTIONS_GO_ON)
		return status;
	status = refuse(settings);
	if (status)
		return status;
	signal(SIGPIPE, SIG_IGN);
	settings->selection.no_age =
		"a connect that hangs has no age and no such number here: see --threshold; list and live have them";
	status = selection_init(&settings->selection, "stalls", argc, argv, first);
	set_up_view(settings, &stalls.report);
	if (!status)
		status = settings->replay_path ? stalls_replay(&stalls) : watch(&stalls);
	release(&stalls);
	return status;
}
