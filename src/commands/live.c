/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate live: the live table, on the terminal or as its last state. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/loop.h"
#include "base/safe_open.h"
#include "base/say.h"
#include "commands/btf_option.h"
#include "commands/commands.h"
#include "commands/hooks_option.h"
#include "commands/left_out.h"
#include "commands/line_options.h"
#include "table/dump.h"
#include "table/engine.h"
#include "commands/live_helper.h"
#include "commands/live_replay.h"
#include "commands/live_screen.h"
#include "commands/ring_size.h"
#include "commands/row_print.h"
#include "table/verify.h"
#include "sink/terminal.h"

struct live {
	struct selection selection;
	struct row_print print;
	struct engine_settings settings;
	uint64_t duration_ns;
	bool verify;
	const char *dump_path, *replay_path;
	bool force;
	/* at work */
	struct engine engine;
	struct live_helper helper;
	struct live_screen screen;
	bool on_screen, ended;
};

#define FIELD(name) offsetof(struct live, name)

static const struct option_row rows[] = {
	DURATION_OPTIONS(FIELD(duration_ns)),
	{"verify", 0, NULL,
	 "on exit, cross-check the table against an independent kernel source; "
	 "exit status 1 if they differ",
	 option_store_true, FIELD(verify), NULL},
	ROW_PRINT_OPTIONS(live, print),
	SELECTION_OPTIONS(live, selection),
	{"force", 0, NULL, "let --dump write into a file of another user, or one with hard links",
	 option_store_true, FIELD(force), NULL},
	{"dump", 0, "FILE",
	 "where SIGUSR1 writes the table as netstat shows it, as JSON lines where FILE ends in "
	 ".json (stderr)",
	 option_store_text, FIELD(dump_path), NULL},
	{"replay", 'r', "FILE",
	 "make the table from a recording of netstate trace --record; needs no root",
	 option_store_text, FIELD(replay_path), NULL},
	{"ring-size", 0, "BYTES",
	 "size of the ring buffer (16777216); larger survives larger bursts",
	 option_store_ring_size, FIELD(settings.ring_size),
	 "a power of two from one page to 1073741824"},
	TABLE_USE_OPTION(live, settings.use),
	{"max-rows", 0, "N", "most connections that the table holds (2000000)", option_store_u32,
	 FIELD(settings.max_rows), "a number from 1"},
	BTF_OPTION,
	HOOKS_OPTION,
};

static const struct option_table table = {
	.command = "live",
	.usage = "netstate live [OPTIONS] [FILTER]",
	.about =
		"Keeps a table of all TCP connections of this machine, equal to the kernel's.\n"
		"On a terminal the table is displayed and updated; with --json, or if stdout is no terminal,\n"
		"it is printed on exit as JSON lines. FILTER is ss(8)'s language with pid, comm, uid, netns, cgroup, age.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

static void on_end(void *context, int fd)
{
	struct live *live = context;

	live->ended = true;
}

static bool is_json(const char *path)
{
	size_t length = path ? strlen(path) : 0;

	return length >= 5 && !strcmp(path + length - 5, ".json");
}

/* The rows that were asked for, as --json prints them at the end. */
static void dump_json(struct live *live)
{
	struct row_print print = live->print;
	struct netns_left_out left_out;

	print.json = true;
	print.output = (struct output){.fd = live_helper_open_dump(&live->helper)};
	if (print.output.fd < 0) {
		say("cannot write %s: %s", live->dump_path, safe_open_reason(print.output.fd));
		return;
	}
	row_print_all(&print, &live->selection, live->engine.table, &live->engine.source);
	left_out = table_source_left_out(&live->engine.source, live->selection.kernel.netns);
	left_out_say("live", &left_out, "kind", &print.output);
	close(print.output.fd);
	output_release(&print.output);
}

static void on_dump(void *context, int fd)
{
	struct live *live = context;

	loop_signal(fd);
	engine_drain(&live->engine); /* what came before it is in it */
	if (is_json(live->dump_path))
		dump_json(live);
	else
		dump_table(live->engine.table, live->dump_path,
			   live->dump_path ? live_helper_open_dump(&live->helper) : -1);
}

static void on_tick(void *context, int fd)
{
	struct live *live = context;

	loop_timer_clear(fd);
	engine_tick(&live->engine);
	if (live->on_screen)
		screen_tick(&live->screen);
}

static void on_key(void *context, int fd)
{
	struct live *live = context;

	/* where SIGHUP is ignored only this shows that the terminal has gone */
	live->ended |= terminal_gone() || screen_keys(&live->screen);
}

static void on_findings(void *context, int fd)
{
	struct live *live = context;

	screen_update_findings(&live->screen);
}

static void on_act(void *context, int fd)
{
	struct live *live = context;

	screen_acted(&live->screen);
}

static void on_name(void *context, int fd)
{
	struct live *live = context;

	screen_named(&live->screen);
}

static void on_resize(void *context, int fd)
{
	struct live *live = context;

	loop_signal(fd);
	screen_resize(&live->screen);
}

/* Another program wrote to the terminal while this one was stopped. */
static void on_continue(void *context, int fd)
{
	struct live *live = context;

	loop_signal(fd);
	screen_redraw(&live->screen);
}

static void on_records(void *context, int fd)
{
	/* drained behind each turn of the loop, woken or not */
}

static int await_child(struct loop *loop, struct helper *child,
		       void (*on_answer)(void *context, int fd), struct live *live)
{
	return child ? loop_add(loop, helper_fd(child), on_answer, live) : 0;
}

static int set_up_screen(struct live *live, struct loop *loop)
{
	static const int resizes[] = {SIGWINCH}, continues[] = {SIGCONT};
	int err = loop_add_signals(loop, resizes, ARRAY_SIZE(resizes), on_resize, live);

	if (!err)
		err = loop_add_signals(loop, continues, ARRAY_SIZE(continues), on_continue, live);
	if (!err)
		err = await_child(loop, live->screen.findings.helper, on_findings, live);
	if (!err)
		err = await_child(loop, live->screen.act.helper, on_act, live);
	if (!err)
		err = await_child(loop, live->screen.names.helper, on_name, live);
	return err ? err : loop_add(loop, STDIN_FILENO, on_key, live);
}

static int set_up_ends(struct live *live, struct loop *loop)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

	return loop_add_ends(loop, ends, ARRAY_SIZE(ends), on_end, live);
}

static int set_up_loop(struct live *live, struct loop *loop)
{
	static const int dumps[] = {SIGUSR1};
	int err = loop_add_signals(loop, dumps, ARRAY_SIZE(dumps), on_dump, live);

	if (!err && engine_fd(&live->engine) >= 0)
		err = loop_add_wakes(loop, engine_fd(&live->engine), on_records, live);
	if (!err)
		err = loop_add_timer(loop, ENGINE_TICK_NS, ENGINE_TICK_NS, on_tick, live);
	if (!err && live->duration_ns)
		err = loop_add_timer(loop, live->duration_ns, 0, on_end, live);
	if (!err && live->on_screen)
		return set_up_screen(live, loop);
	if (!err)
		err = loop_add_hangup(loop, STDOUT_FILENO, on_end, live);
	output_stop_by(&live->print.output, loop->stop_fd);
	return err;
}

/* After a reading that found something there may be more soon that wakes nobody. */
static void run_loop(struct live *live, struct loop *loop)
{
	int timeout = 0, taken;

	while (!live->ended) {
		if (loop_turn(loop, timeout))
			break;
		taken = engine_drain_some(&live->engine);
		timeout = taken >= ENGINE_TURN ? 0 : taken > 0 ? TRACER_POLL_MS : LOOP_FOREVER;
	}
	engine_drain(&live->engine);
}

/* Shown at once; what takes its time is shown while it comes. */
static int open_screen(struct live *live)
{
	int status;

	live->screen.engine = &live->engine;
	live->screen.selection = &live->selection;
	live->screen.print = &live->print;
	live->screen.filling = true;
	status = screen_open(&live->screen);
	if (!status)
		screen_draw(&live->screen);
	return status;
}

/* Where the screen showed it, only what was asked for beside it is said. */
static int finish_screen(struct live *live)
{
	struct netns_left_out left_out;
	int status;

	screen_close(&live->screen);
	status = live->verify ? verify_table(&live->engine) : STATUS_OK;
	left_out = table_source_left_out(&live->engine.source, live->selection.kernel.netns);
	left_out_say("live", &left_out, "kind", NULL);
	engine_say_summary(&live->engine);
	return status;
}

/* The table as its events and regular passes made it is verified; details are asked for after. */
static int finish(struct live *live)
{
	struct engine *engine = &live->engine;
	struct netns_left_out left_out;
	int verified = live->verify ? verify_table(engine) : STATUS_OK, status;

	say_hurry();
	engine->source.want_details = true;
	engine_pass(engine, TABLE_PASS_HOLDERS);
	engine_drain(engine);
	status = row_print_all(&live->print, &live->selection, engine->table, &engine->source);
	left_out = table_source_left_out(&engine->source, live->selection.kernel.netns);
	left_out_say("live", &left_out, "kind", live->print.json ? &live->print.output : NULL);
	engine_say_summary(engine);
	return status ? status : verified;
}

/* Amid a pass that takes long keys do what they do between two. */
static bool go_on(void *context)
{
	struct live *live = context;

	if (!live->on_screen)
		return true;
	live->ended |= terminal_gone() || screen_keys(&live->screen);
	if (live->screen.filling && !live->ended)
		screen_fill(&live->screen);
	return !live->ended;
}

/* Without privileges from the first record on. */
static int run_dropped(struct live *live, struct loop *loop)
{
	int err;

	live->helper = (struct live_helper){
		.engine = &live->engine,
		.lookups = live->selection.lookups,
		.dump_path = live->dump_path,
		.force = live->force,
		.go_on = go_on,
		.context = live,
	};
	live_helper_start(&live->helper, live->on_screen);
	err = engine_fill(&live->engine);
	live->screen.filling = false;
	if (err && !live->ended) {
		screen_close(&live->screen);
		return say("live: cannot fill the table: %s", strerror(-err));
	}
	if (live->on_screen && !live->ended)
		screen_draw(&live->screen);
	if (!live->ended)
		engine_scan(&live->engine);
	if (!live->on_screen)
		say("watching %zu connections, read in %" PRIu64 " ms",
		    conn_table_size(live->engine.table), live->engine.seed_ns / 1000000);
	run_loop(live, loop);
	return live->on_screen ? finish_screen(live) : finish(live);
}

static int run(struct live *live)
{
	struct loop loop;
	int err = loop_init(&loop), status;

	live->on_screen = !live->print.json && isatty(STDOUT_FILENO) && isatty(STDIN_FILENO);
	live->settings.say_gaps = !live->on_screen;
	live->settings.open_rows = live->on_screen;
	status = engine_init(&live->engine, &live->settings, "live");
	if (live->on_screen)
		screen_start_children(&live->screen);
	if (!err)
		err = set_up_ends(live, &loop);
	if (!status && !err && live->on_screen)
		status = open_screen(live);
	if (!status) /* also at an error: it says what a small RLIMIT_NOFILE costs */
		status = engine_open(&live->engine, "live");
	if (!status && !err)
		err = set_up_loop(live, &loop);
	if (!status && err)
		status = say("cannot wait for events: %s", strerror(-err));
	if (!status)
		status = run_dropped(live, &loop);
	screen_close(&live->screen);
	live_helper_stop(&live->helper);
	loop_release(&loop);
	return status;
}

int command_live(int argc, char **argv)
{
	static struct live live; /* too large for a small stack */
	int first, status;

	loop_expect_signal(SIGUSR1);
	status = options_parse(&table, argc, argv, &live, &first);
	if (status != OPTIONS_GO_ON)
		return status;
	live.print.json |= !isatty(STDOUT_FILENO);
	status = row_print_init(&live.print, "live");
	if (status == OPTIONS_GO_ON) {
		signal(SIGPIPE, SIG_IGN);
		status = selection_init(&live.selection, "live", argc, argv, first);
		if (!status)
			status = live.replay_path
					 ? live_replay(live.replay_path, live.settings.max_rows,
						       &live.print, &live.selection)
					 : run(&live);
		engine_release(&live.engine);
		selection_release(&live.selection);
	}
	row_print_release(&live.print);
	return status;
}
