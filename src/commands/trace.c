/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate trace: kernel (or recording) -> records -> events -> lines. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/loop.h"
#include "base/say.h"
#include "base/clock.h"
#include "commands/btf_option.h"
#include "commands/event_fields.h"
#include "commands/commands.h"
#include "commands/hooks_option.h"
#include "commands/trace_helper.h"
#include "commands/line_options.h"
#include "commands/output_end.h"
#include "commands/record_file.h"
#include "commands/replay.h"
#include "commands/ring_size.h"
#include "commands/selection.h"
#include "events/decode.h"
#include "sink/terminal_width.h"
#include "view/event_columns.h"
#include "kernel/tracer.h"
#include "view/view.h"

struct trace {
	/* settings */
	struct selection selection;
	bool json, no_header, wide;
	const char *fields_text;
	struct event_columns columns; /* of that */
	int time;		      /* enum view_time */
	int color;		      /* enum color_choice */
	uint64_t duration_ns, count;
	uint32_t ring_size;
	const char *record_path, *replay_path, *dump_path;
	bool force, redact;
	/* at work */
	struct view view;
	struct output output, record;
	struct tracer *tracer;
	struct handovers handovers;
	struct trace_helper helper;
	bool ended, counted_out, headed, dump_asked;
	uint64_t printed, gaps, undecoded; /* printed: without the gaps */
	unsigned int batch;		   /* records since the last check of signals and timers */
};

#define STOP_TAKING 1

/* ---------------------------------------------------------------- options */

#define FIELD(name) offsetof(struct trace, name)

static const struct option_row rows[] = {
	{"json", 'j', NULL, "one JSON object a line; keys in docs/json.md", option_store_true,
	 FIELD(json), NULL},
	{"time", 't', "STYLE", "local, utc, rel (since the first event) or ns (ktime)",
	 option_store_time_style, FIELD(time), "local, utc, rel or ns"},
	{"color", 0, "WHEN", "auto (on a terminal, unless NO_COLOR is set), always or never",
	 option_store_color, FIELD(color), "auto, always or never"},
	{"no-header", 0, NULL, "leave the header line out", option_store_true, FIELD(no_header),
	 NULL},
	{"fields", 'o', "FIELDS",
	 "fields to print, in this order: time,pid,new; `help` explains them all",
	 option_store_text, FIELD(fields_text), NULL},
	WIDE_OPTION(FIELD(wide)),
	SELECTION_OPTIONS(trace, selection),
	DURATION_OPTIONS(FIELD(duration_ns)),
	COUNT_OPTION(FIELD(count)),
	{"record", 'w', "FILE", "also write the records to FILE, for --replay", option_store_text,
	 FIELD(record_path), NULL},
	{"replay", 'r', "FILE", "read the events from FILE; needs no root", option_store_text,
	 FIELD(replay_path), NULL},
	{"ring-size", 0, "BYTES",
	 "size of the ring buffer (16777216); larger survives larger bursts",
	 option_store_ring_size, FIELD(ring_size), "a power of two from one page to 1073741824"},
	{"redact", 0, NULL, "replace addresses and names in the file of --record, consistently",
	 option_store_true, FIELD(redact), NULL},
	{"force", 0, NULL,
	 "let --record and --dump write into a file of another user, or one with hard links",
	 option_store_true, FIELD(force), NULL},
	{"dump", 0, "FILE", "where SIGUSR1 writes all sockets as netstat -antp lists them (stderr)",
	 option_store_text, FIELD(dump_path), NULL},
	BTF_OPTION,
	HOOKS_OPTION,
};

static const struct option_table table = {
	.command = "trace",
	.usage = "netstate trace [OPTIONS] [FILTER]",
	.about =
		"Prints every TCP state transition, connect and accept of this machine as it happens, with its owner.\n"
		"FILTER is ss(8)'s language (state established and dport = :443) with pid, comm, uid, netns, cgroup.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* ---------------------------------------------------------------- record -> line */

static bool selected(struct trace *trace, const struct event *event)
{
	struct filter_subject subject = {
		.flow = &event->flow,
		.state = event->kind == EVENT_STATE ? event->new_state : 0,
		.age_ns = UINT64_MAX,
	};

	return event->kind == EVENT_GAP || selection_match(&trace->selection, &subject);
}

static void print_header(struct trace *trace)
{
	if (trace->json || trace->no_header || trace->headed)
		return;
	trace->headed = true;
	view_header(&trace->view, &trace->output.buf);
	output_flush(&trace->output);
}

static void print_event(struct trace *trace, const struct event *event)
{
	if (!trace->json && view_adds_columns(&trace->view, event)) {
		trace->headed = false;
		print_header(trace);
	}
	(trace->json ? view_json : view_text)(&trace->view, event, &trace->output.buf);
	*(event->kind == EVENT_GAP ? &trace->gaps : &trace->printed) += 1;
}

/* tracer_record_fn: one record. */
static int on_record(void *context, const void *record, size_t size)
{
	struct trace *trace = context;
	struct event event;

	if (trace->record_path) {
		buf_put(&trace->record.buf, record, size);
		output_flush_if_full(&trace->record);
	}
	if (event_decode(record, size, &event)) {
		trace->undecoded++;
	} else {
		handovers_note(&trace->handovers, &event);
		if (!trace->counted_out && selected(trace, &event))
			print_event(trace, &event);
	}
	trace->counted_out = trace->count && trace->printed + trace->gaps >= trace->count;
	return trace->counted_out || output_flush_if_full(&trace->output) ? -STOP_TAKING : 0;
}

/* The same, with who has the port that is taken. */
static int on_ring_record(void *context, const void *record, size_t size)
{
	struct trace *trace = context;
	struct wire_refusal refusal;
	int err = trace_helper_blocker(&trace->helper, record, size, &refusal)
			  ? on_record(trace, &refusal, size)
			  : on_record(trace, record, size);

	trace->batch++;
	return err;
}

/* ---------------------------------------------------------------- the loop */

/* A signal, the end of --duration, or nobody who reads any more. */
static void end(void *context, int fd)
{
	struct trace *trace = context;

	trace->ended = true;
}

/* SIGUSR1 */
static void dump(void *context, int fd)
{
	struct trace *trace = context;

	loop_signal(fd);
	trace->dump_asked = true;
}

/* Drained behind each turn of the loop, woken or not. */
static void records_wait(void *context, int fd)
{
}

static int set_up_loop(struct trace *trace, struct loop *loop)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP}, dumps[] = {SIGUSR1};
	int err = loop_add_ends(loop, signals, ARRAY_SIZE(signals), end, trace);

	if (!err)
		err = loop_add_signals(loop, dumps, ARRAY_SIZE(dumps), dump, trace);
	if (!err)
		err = loop_add_wakes(loop, tracer_fd(trace->tracer), records_wait, trace);
	if (!err && trace->duration_ns)
		err = loop_add_timer(loop, trace->duration_ns, 0, end, trace);
	if (!err && trace->duration_ns)
		err = loop_last_stops(loop);
	if (!err)
		err = loop_add_hangup(loop, STDOUT_FILENO, end, trace);
	output_stop_by(&trace->output, loop->stop_fd);
	if (trace->record_path)
		output_stop_by(&trace->record, loop->stop_fd);
	return err;
}

static bool may_go_on(const struct trace *trace)
{
	return !trace->ended && !trace->counted_out && !trace->output.error && !trace->record.error;
}

/* Records taken. */
static unsigned int drain(struct trace *trace)
{
	trace->view.wall_offset_ns = clock_wall_offset();
	trace->batch = 0;
	tracer_drain(trace->tracer, on_ring_record, trace);
	output_flush(&trace->output);
	if (trace->record_path)
		output_flush(&trace->record);
	return trace->batch;
}

/* What the ring held when the signal came is part of the table; a full ring does not hold it up. */
static void dump_if_asked(struct trace *trace)
{
	if (!trace->dump_asked)
		return;
	for (int i = 0; i < 64 && drain(trace) >= DRAIN_TURN; i++)
		;
	trace->dump_asked = false;
	trace_helper_dump(&trace->helper);
}

static void run_loop(struct trace *trace, struct loop *loop)
{
	unsigned int taken;
	int timeout = 0;

	while (may_go_on(trace)) {
		if (loop_turn(loop, timeout))
			break;
		taken = drain(trace);
		/* More may come soon that wakes nobody (bpf/emit.bpf.h, wake_flags). */
		timeout = taken >= DRAIN_TURN ? 0 : tracer_poll_ms(trace->tracer, (int)taken);
		dump_if_asked(trace);
	}
	trace_helper_detach(&trace->helper);
	trace->ended = false;
	while (may_go_on(trace) && drain(trace) > 0)
		;
	/* given up: what is still in the ring goes into the count, and into the recording */
	while (trace->output.error == ETIMEDOUT && !trace->record.error && drain(trace) > 0)
		;
}

/* ---------------------------------------------------------------- beginning and end */

static int end_status(struct trace *trace)
{
	if (trace->undecoded)
		say("%" PRIu64 " records could not be decoded and were left out", trace->undecoded);
	if (trace->record.error)
		return output_end_of(&trace->record, trace->record_path);
	return output_end(&trace->output);
}

static uint64_t delivered(const struct trace *trace)
{
	uint64_t undelivered = trace->output.undelivered;

	return undelivered < trace->printed ? trace->printed - undelivered : 0;
}

static int trace_kernel(struct trace *trace)
{
	struct tracer_settings settings = {.filter = trace->selection.kernel,
					   .ring_size = trace->ring_size};
	struct tracer_report report;
	struct trace_account account;
	struct loop loop;
	int err;

	handovers_init(&trace->handovers);
	if (tracer_new(&settings, &report, &trace->tracer))
		return say("%s", report.error);
	if (trace->record_path &&
	    record_file_open(trace->record_path, trace->force, trace->redact, &trace->record))
		return STATUS_FAILURE;
	print_header(trace);
	tracer_scan(trace->tracer, &report);
	for (unsigned int i = 0; i < report.warning_count; i++)
		say("%s", report.warnings[i]);
	err = loop_init(&loop);
	if (!err)
		err = set_up_loop(trace, &loop);
	if (err) {
		loop_release(&loop);
		return say("cannot wait for events: %s", strerror(-err));
	}
	trace->helper = (struct trace_helper){
		.tracer = trace->tracer,
		.lookups = trace->selection.lookups,
		.handovers = &trace->handovers,
		.dump_path = trace->dump_path,
		.force = trace->force,
	};
	trace_helper_start(&trace->helper);
	say("tracing");
	run_loop(trace, &loop);
	loop_release(&loop);
	say_hurry();
	err = trace_helper_account(&trace->helper, &account);
	trace_say_summary(err ? NULL : &account, delivered(trace));
	return end_status(trace);
}

static int on_recorded(void *context, const void *record, size_t size)
{
	print_header(context);
	return on_record(context, record, size);
}

static int trace_replay(struct trace *trace)
{
	int status = replay(trace->replay_path, &trace->view.wall_offset_ns,
			    &trace->selection.foreign, on_recorded, trace);

	selection_warn_foreign(&trace->selection, trace->replay_path);
	if (!status)
		print_header(trace); /* no record, no header yet; what is no recording gets none */
	output_flush(&trace->output);
	return status ? status : end_status(trace);
}

static void set_up_view(struct trace *trace)
{
	trace->view.time = (enum view_time)trace->time;
	trace->view.color = color_wanted(trace->color);
	trace->view.terminal_safe = true; /* also through a pipe: less and head pass it on */
	trace->view.utc_offset = clock_utc_offset;
	*(trace->replay_path ? &trace->view.today : &trace->view.begun) = clock_wall_s();
	trace->view.columns = trace->fields_text ? &trace->columns : NULL;
	trace->view.line_width = trace->wide ? 0 : terminal_width(STDOUT_FILENO);
	selection_name_for(&trace->selection, &trace->view);
	trace->output.fd = STDOUT_FILENO;
	trace->record.fd = -1;
}

/* An option that means nothing for a recording; NULL: none was given. */
static const char *of_the_kernel(const struct trace *trace)
{
	return trace->record_path   ? "--record"
	       : trace->duration_ns ? "--duration"
	       : trace->ring_size   ? "--ring-size"
	       : trace->dump_path   ? "--dump"
				    : NULL;
}

int command_trace(int argc, char **argv)
{
	struct trace trace = {0};
	int first, status;

	loop_expect_signal(SIGUSR1);
	status = options_parse(&table, argc, argv, &trace, &first);
	if (status != OPTIONS_GO_ON)
		return status;
	if (trace.redact && !trace.record_path)
		return record_file_missing("trace");
	if (trace.replay_path && of_the_kernel(&trace))
		return say_usage("trace", "%s and --replay cannot be combined",
				 of_the_kernel(&trace));
	status = event_fields_init("trace", trace.fields_text, trace.json, &trace.columns);
	if (status != OPTIONS_GO_ON)
		return status;
	signal(SIGPIPE, SIG_IGN);
	trace.selection.no_age =
		"events have no age and no such number of a connection: list and live have them";
	status = selection_init(&trace.selection, "trace", argc, argv, first);
	if (!status) {
		set_up_view(&trace);
		status = trace.replay_path ? trace_replay(&trace) : trace_kernel(&trace);
	}
	trace_helper_stop(&trace.helper);
	tracer_free(trace.tracer);
	handovers_release(&trace.handovers);
	selection_release(&trace.selection);
	output_release(&trace.output);
	output_release(&trace.record);
	if (trace.record.fd > 0)
		close(trace.record.fd);
	return status;
}
