/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events and passes -> the live table. */
#include "table/engine.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/debug.h"
#include "base/say.h"
#include "base/clock.h"
#include "events/decode.h"
#include "kernel/bpf_why.h"
#include "netstate/tcp_state.h"
#include "table/rows.h"

#define NS_PER_MS 1000000ULL

/* After a loss the lists are read again, while losses go on at most so often. */
#define HEAL_PAUSE_NS (500 * NS_PER_MS)
/* Half-open and time-wait rows are compared so often, unless a pass takes longer than 1/20 of it.
 */
#define WAITING_PAUSE_NS (1000 * NS_PER_MS)
#define PASS_SHARE 20
/* A scan of processes whose descriptors changed may be owed so long, or for its own length a few times: a
 * change shows within a second. */
#define LOOK_PAUSE_NS (400 * NS_PER_MS)
#define LOOK_SHARE 4
/* connections whose queues are read each second while somebody looks */
#define OPEN_ROWS_MAX 20000
/* Every socket and descriptor: owners of what was passed on, namespaces without a process. */
#define HOLDERS_PAUSE_NS (15000 * NS_PER_MS)
/* The same where nobody reports which process's descriptors changed. */
#define HOLDERS_UNTOLD_NS (750 * NS_PER_MS)
/* The same after a change of processes that could not be named; twice, for what a call had only begun. */
#define HOLDERS_UNNAMED_NS (200 * NS_PER_MS)
#define HOLDERS_UNNAMED_LOOKS 2

/* ---------------------------------------------------------------- events */

static void note_gap(struct engine *engine, const struct event *event)
{
	engine->lost += event->lost;
	engine->gaps++;
	engine->heal = true;
	if (engine->settings.say_gaps)
		say("gap: %" PRIu64 " events lost", event->lost);
}

/* The lists have what the hooks did not see: read again, as after a loss. */
static void note_skipped(struct engine *engine)
{
	const struct table_reader *reader = engine->source.reader;
	uint64_t skipped =
		reader ? reader->skipped(reader->context) : tracer_skipped_events(engine->tracer);

	if (skipped <= engine->skipped)
		return;
	engine->heal = true;
	engine->skipped = skipped;
}

static void apply_batch(struct engine *engine)
{
	conn_table_apply_all(engine->table, engine->batch, engine->batched);
	engine->batched = 0;
}

/* tracer_record_fn */
static int on_record(void *context, const void *record, size_t size)
{
	struct engine *engine = context;
	struct event *event = &engine->batch[engine->batched];

	if (event_decode(record, size, event)) {
		engine->undecoded++;
		return 0;
	}
	if (event->kind == EVENT_GAP)
		note_gap(engine, event);
	if (++engine->batched == ENGINE_BATCH)
		apply_batch(engine);
	return 0;
}

int engine_drain_some(struct engine *engine)
{
	int taken;

	if (!engine->tracer)
		return 0;
	taken = tracer_drain(engine->tracer, on_record, engine);
	apply_batch(engine);
	return taken;
}

/* A producer that is faster than this process would hold it here for ever. */
int engine_drain(struct engine *engine)
{
	int sum = 0, taken = ENGINE_TURN;

	for (int i = 0; i < DRAIN_TURNS_MAX && taken >= ENGINE_TURN; i++) {
		taken = engine_drain_some(engine);
		if (taken < 0)
			return taken;
		sum += taken;
	}
	return sum;
}

/* The ring does not fill up during a long list; and few events come late, after a row that knows.
 */
static void drain_between(void *context)
{
	engine_drain(context);
}

/* ---------------------------------------------------------------- passes */

static const char *const pass_names[] = {
	[TABLE_PASS_HOLDERS] = "sockets and their owners",
	[TABLE_PASS_SOCKETS] = "sockets",
	[TABLE_PASS_WAITING] = "sockets that change without an event",
};

int engine_pass(struct engine *engine, enum table_pass what)
{
	uint64_t begin_ns = clock_monotonic_ns();
	struct conn_pass pass;
	int err;

	engine_drain(engine); /* what was lost before is healed by this pass; what follows is not */
	if (what != TABLE_PASS_WAITING) {
		engine->heal = false;
		engine->assumed = conn_table_counters(engine->table)->assumed;
	}
	err = table_source_pass(&engine->source, engine->table, what, &pass);
	engine->pass_ns = clock_monotonic_ns();
	engine->pass_cost_ns = engine->pass_ns - begin_ns;
	engine->passes++;
	debug_say("pass %" PRIu64 " over %s: %" PRIu64 " us, %zu rows, %s", engine->passes,
		  pass_names[what], engine->pass_cost_ns / 1000, conn_table_size(engine->table),
		  err ? strerror(-err) : "ok");
	if (what == TABLE_PASS_HOLDERS)
		engine->holders_ns = engine->pass_ns;
	if (err && !engine->failed && engine->settings.say_gaps)
		say("cannot read the kernel's socket lists: %s; the table may be behind",
		    strerror(-err));
	engine->failed = err;
	if (err || what == TABLE_PASS_WAITING)
		return err;
	engine->reconciled += pass.added + pass.removed + pass.changed;
	if (engine->settings.say_gaps && engine->gaps)
		say("reconciled %" PRIu64, pass.added + pass.removed + pass.changed);
	return 0;
}

static bool is_due(const struct engine *engine, uint64_t now_ns, uint64_t pause_ns)
{
	if (pause_ns < engine->pass_cost_ns * PASS_SHARE)
		pause_ns = engine->pass_cost_ns * PASS_SHARE;
	return now_ns - engine->pass_ns >= pause_ns;
}

/* For their numbers, or to learn whether something holds what was shut down and has no holder. */
static bool wants_open_rows(const struct engine *engine)
{
	if (engine->assumed != conn_table_counters(engine->table)->assumed)
		return true;
	return engine->settings.open_rows && conn_table_size(engine->table) <= OPEN_ROWS_MAX;
}

static bool has_waiting_rows(const struct engine *engine)
{
	const uint64_t *rows = conn_table_counters(engine->table)->by_state;

	return rows[TCP_STATE_LISTEN] || rows[TCP_STATE_TIME_WAIT] || rows[TCP_STATE_FIN_WAIT2] ||
	       rows[TCP_STATE_SYN_RECV];
}

/* Both ascending. The number of pids that are in one of them. */
static size_t merge(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count,
		    uint32_t *ret_pids)
{
	size_t count = 0, i = 0, j = 0;

	while (i < a_count || j < b_count) {
		uint32_t pid = j == b_count || (i < a_count && a[i] < b[j]) ? a[i] : b[j];

		i += i < a_count && a[i] == pid;
		j += j < b_count && b[j] == pid;
		ret_pids[count++] = pid;
	}
	return count;
}

static uint64_t look_pause(uint64_t cost_ns)
{
	if (cost_ns * PASS_SHARE <= LOOK_PAUSE_NS)
		return cost_ns * PASS_SHARE;
	return cost_ns * LOOK_SHARE > LOOK_PAUSE_NS ? cost_ns * LOOK_SHARE : LOOK_PAUSE_NS;
}

/*
 * Those whose descriptors changed: now, and a tick later again, for what a call had only begun. False
 * where every process must be looked at.
 */
static bool read_touched(struct engine *engine)
{
	const struct table_reader *reader = engine->source.reader;
	uint32_t fresh[ENGINE_TOUCHED], pids[2 * ENGINE_TOUCHED];
	uint64_t begin_ns = clock_monotonic_ns();
	size_t count;
	int touched, err;

	if (!engine->tracer)
		return false;
	if (begin_ns - engine->touched_read_ns < look_pause(engine->touched_cost_ns))
		return true; /* they stay noted: among very many rows each scan takes a while */
	touched = reader ? reader->touched(reader->context, fresh, ENGINE_TOUCHED)
			 : tracer_touched(engine->tracer, fresh, ENGINE_TOUCHED);
	if (touched == -E2BIG) {
		engine->looks_at_all = HOLDERS_UNNAMED_LOOKS;
		return true;
	}
	if (touched < 0)
		return false;
	count = merge(fresh, (size_t)touched, engine->again, engine->again_count, pids);
	memcpy(engine->again, fresh, (size_t)touched * sizeof(*fresh));
	engine->again_count = (size_t)touched;
	engine_drain(engine); /* what they opened has its row */
	if (!count)
		return true;
	err = table_source_read_processes(&engine->source, engine->table, pids, count);
	engine->touched_read_ns = clock_monotonic_ns();
	engine->touched_cost_ns = engine->touched_read_ns - begin_ns;
	return !err;
}

/* One such change is answered at once; many in a row cost no more than their share. */
static bool look_at_all_is_due(const struct engine *engine, uint64_t now_ns)
{
	uint64_t pause_ns = look_pause(engine->all_cost_ns);

	if (pause_ns < HOLDERS_UNNAMED_NS)
		pause_ns = HOLDERS_UNNAMED_NS;
	return engine->looks_at_all && now_ns - engine->all_ns >= pause_ns;
}

static void look_at_all(struct engine *engine)
{
	engine->looks_at_all--;
	engine_pass(engine, TABLE_PASS_HOLDERS);
	engine->all_ns = engine->pass_ns;
	engine->all_cost_ns = engine->pass_cost_ns;
}

static bool holders_are_due(const struct engine *engine, uint64_t now_ns, bool told)
{
	uint64_t pause_ns = told ? HOLDERS_PAUSE_NS : HOLDERS_UNTOLD_NS;

	if (!engine->source.namespace_left && now_ns - engine->holders_ns < pause_ns)
		return false;
	return is_due(engine, now_ns, told ? WAITING_PAUSE_NS : HOLDERS_UNTOLD_NS);
}

void engine_tick(struct engine *engine)
{
	bool told = read_touched(engine);
	uint64_t now_ns = clock_monotonic_ns();

	note_skipped(engine);
	if (engine->heal) {
		if (now_ns - engine->pass_ns >= HEAL_PAUSE_NS)
			engine_pass(engine, TABLE_PASS_HOLDERS);
	} else if (look_at_all_is_due(engine, now_ns)) {
		look_at_all(engine);
	} else if (holders_are_due(engine, now_ns, told)) {
		engine_pass(engine, TABLE_PASS_HOLDERS);
	} else if (wants_open_rows(engine) && is_due(engine, now_ns, WAITING_PAUSE_NS)) {
		engine_pass(engine, TABLE_PASS_SOCKETS);
	} else if (has_waiting_rows(engine) && is_due(engine, now_ns, WAITING_PAUSE_NS)) {
		engine_pass(engine, TABLE_PASS_WAITING);
	}
}

/* ---------------------------------------------------------------- beginning and end */

/* Who may not load programs is shown what sock_diag shows everybody. */
static int start_without_events(struct engine *engine, const char *command)
{
	say("%s: no BPF programs (%s): the table is read from sock_diag about once a second, of this "
	    "network namespace alone; connections between two readings are missed",
	    command, bpf_why(-EPERM));
	engine->source.use = TABLE_USE_SOCK_DIAG;
	engine->source.own_alone = true;
	return STATUS_OK;
}

static int start_tracer(struct engine *engine, const char *command)
{
	struct tracer_settings settings = {.ring_size = engine->settings.ring_size,
					   .follow_holders = true,
					   .scan_later = true};
	enum table_use use = engine->settings.use;
	struct tracer_report report;
	int err = tracer_new(&settings, &report, &engine->tracer);

	if (err == -EPERM && geteuid() && (use == TABLE_USE_AUTO || use == TABLE_USE_SOCK_DIAG))
		return start_without_events(engine, command);
	if (err)
		return say("%s", report.error);
	for (unsigned int i = 0; i < report.warning_count; i++)
		say("%s", report.warnings[i]);
	return STATUS_OK;
}

int engine_fd(const struct engine *engine)
{
	return engine->tracer ? tracer_fd(engine->tracer) : -1;
}

int engine_init(struct engine *engine, const struct engine_settings *settings, const char *command)
{
	engine->settings = *settings;
	engine->source.use = settings->use;
	return conn_table_new(table_rows(settings->max_rows, ROWS_BESIDE_TRACER), &engine->table)
		       ? say("%s: out of memory", command)
		       : STATUS_OK;
}

int engine_open(struct engine *engine, const char *command)
{
	int status = start_tracer(engine, command);

	if (status)
		return status;
	status = table_source_open(&engine->source, command);
	if (status)
		return status;
	engine->source.want_details |= engine->settings.open_rows;
	engine->source.between = drain_between;
	engine->source.between_context = engine;
	return STATUS_OK;
}

int engine_fill(struct engine *engine)
{
	int err = engine_pass(engine, TABLE_PASS_HOLDERS);

	engine->reconciled = 0; /* that was the seed */
	engine->seed_ns = engine->pass_cost_ns;
	/* Until its second copy was attached the state hook could be interrupted by its like and
	 * miss it, which nobody counts: look again soon. */
	engine->holders_ns -= HOLDERS_PAUSE_NS - WAITING_PAUSE_NS;
	return err;
}

void engine_scan(struct engine *engine)
{
	if (engine->tracer)
		tracer_have_done(engine->tracer, TRACER_SCAN);
}

void engine_release(struct engine *engine)
{
	tracer_free(engine->tracer);
	table_source_close(&engine->source);
	conn_table_free(engine->table);
}

void engine_say_summary(struct engine *engine)
{
	const struct conn_counters *counters = conn_table_counters(engine->table);

	note_skipped(engine);
	say("%" PRIu64 " events applied, %" PRIu64 " lost in %" PRIu64 " gaps, reconciled %" PRIu64
	    " in %" PRIu64 " passes",
	    counters->events - engine->gaps, engine->lost, engine->gaps, engine->reconciled,
	    engine->passes);
	if (engine->skipped)
		say("up to %" PRIu64
		    " events missed (BPF recursion_misses); the socket lists were read again",
		    engine->skipped);
	say_full(engine->table);
	if (engine->undecoded)
		say("%" PRIu64 " records could not be decoded and were left out",
		    engine->undecoded);
}
