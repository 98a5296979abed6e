/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate explain --watch: what happens between two snapshots. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/loop.h"
#include "base/memory_left.h"
#include "base/say.h"
#include "commands/explain_helper.h"
#include "commands/trace_summary.h"
#include "evidence/closers.h"
#include "evidence/tallies.h"
#include "evidence/troubles.h"
#include "events/decode.h"
#include "netstate/tcp_state.h"

/* In a memory cgroup: the programs of the tracer and of troubles beside those that looked, and least sockets. */
#define LOADING_TAKES (53u << 20)

struct watch {
	struct explain *explain;
	struct evidence_store *before; /* the first snapshot, sockets by cookie; takes the events */
	struct tallies *tallies;
	struct closers *closers;
	struct loop loop;
	bool ended;
};

/* Of a connection, by an error: kept one by one, for each is a finding. */
static bool is_end(const struct event *event)
{
	return event->kind == EVENT_STATE && event->new_state == TCP_STATE_CLOSE && event->err &&
	       event->old_state != TCP_STATE_SYN_SENT;
}

static void keep(const struct watch *watch, const struct event *event)
{
	bool waits = event->kind == EVENT_STATE && event->new_state == TCP_STATE_TIME_WAIT;
	struct evidence_event row;

	if (event->kind == EVENT_STATE)
		closers_note(watch->closers, event);

	if (!waits && event->kind != EVENT_ACCEPT && !is_end(event))
		return;
	row = (struct evidence_event){
		.ktime_ns = event->ktime_ns,
		.cookie = event->flow.cookie,
		.flow = event->flow,
		.netns = event->flow.netns,
		.value = (uint32_t)event->err,
	};
	if (waits) {
		row.kind = EVIDENCE_STATE;
		row.value = event->new_state;
		tallies_add(watch->tallies, &row);
	} else if (event->kind == EVENT_ACCEPT) {
		row.kind = EVIDENCE_ACCEPT;
		tallies_add(watch->tallies, &row);
	} else {
		row.kind = EVIDENCE_ENDED;
		row.timeout = event->timeout;
		evidence_store_event(watch->before, &row);
	}
}

static int on_record(void *context, const void *record, size_t size)
{
	struct event event;

	if (!event_decode(record, size, &event))
		keep(context, &event);
	return 0;
}

static void records_wait(void *context, int fd)
{
	/* drained behind each turn of the loop, woken or not */
}

static void troubles_wait(void *context, int fd)
{
	const struct watch *watch = context;

	troubles_drain(watch->explain->hooks, watch->before);
}

static void end(void *context, int fd)
{
	struct watch *watch = context;

	watch->ended = true;
}

static int set_up_loop(struct watch *watch)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	const struct explain *explain = watch->explain;
	struct loop *loop = &watch->loop;
	int err = loop_init(loop);

	if (!err)
		err = loop_add_ends(loop, signals, ARRAY_SIZE(signals), end, watch);
	if (!err)
		err = loop_add_wakes(loop, tracer_fd(explain->tracer), records_wait, watch);
	if (!err && explain->hooks)
		err = loop_add(loop, trouble_hooks_fd(explain->hooks), troubles_wait, watch);
	return err ? err : loop_add_timer(loop, explain->watch_ns, 0, end, watch);
}

static int follow(struct watch *watch)
{
	struct tracer *tracer = watch->explain->tracer;
	int timeout = 0, err = 0;

	while (!err && !watch->ended) {
		err = loop_turn(&watch->loop, timeout);
		timeout = tracer_poll_ms(tracer, tracer_drain(tracer, on_record, watch));
	}
	tracer_drain_rest(tracer, on_record, watch);
	return err;
}

/* Without them the findings are weaker: no drops, no reasons of resets. */
static void open_troubles(struct watch *watch)
{
	struct trouble_hooks_report report;
	int err = trouble_hooks_new(&report, &watch->explain->hooks);

	if (err) {
		watch->explain->hooks = NULL;
		say("explain: drops, retransmissions and resets are not watched: %s",
		    strerror(-err));
		return;
	}
	for (unsigned int i = 0; i < report.warning_count; i++)
		say("explain: %s", report.warnings[i]);
	troubles_follow(watch->explain->hooks, watch->before);
}

/* An event that the hooks missed may hide a finding: the number of those is printed. */
static void say_losses(const struct watch *watch)
{
	struct explain_skipped skipped;
	uint64_t lost = tracer_lost(watch->explain->tracer);

	explain_read_skipped(watch->explain, &skipped);
	if (lost)
		say("explain: %" PRIu64 " events were lost: they came too fast", lost);
	if (skipped.events)
		say("explain: up to %" PRIu64 " events missed (BPF recursion_misses)",
		    skipped.events);
	trace_say_skipped_packets(skipped.packets);
}

static void end_troubles(struct watch *watch)
{
	uint64_t lost;

	if (!watch->explain->hooks)
		return;
	for (int i = 0; i < DRAIN_TURNS_MAX && troubles_drain(watch->explain->hooks, watch->before);
	     i++)
		;
	lost = trouble_hooks_lost(watch->explain->hooks);
	if (lost)
		say("explain: %llu retransmissions, drops or resets were not recorded: they came too "
		    "fast",
		    (unsigned long long)lost);
}

void explain_detach(struct explain *explain)
{
	if (explain->hooks)
		trouble_hooks_free(explain->hooks);
	tracer_free(explain->tracer);
	explain->hooks = NULL;
	explain->tracer = NULL;
}

static int attach(struct watch *watch)
{
	struct tracer_settings settings = {};
	struct tracer_report report;

	if (memory_is_short(LOADING_TAKES, "loading the BPF programs", report.error,
			    sizeof(report.error)) ||
	    tracer_new(&settings, &report, &watch->explain->tracer))
		return say("explain: %s", report.error);
	for (unsigned int i = 0; i < report.warning_count; i++)
		say("%s", report.warnings[i]);
	tracer_set_chores(watch->explain->tracer, explain_helper_chore, watch->explain);
	evidence_store_by_cookie(watch->before);
	open_troubles(watch);
	return STATUS_OK;
}

int explain_watch(struct explain *explain, struct evidence_store *before)
{
	struct watch watch = {.explain = explain, .before = before};
	int err, status = attach(&watch);

	if (status)
		return status;
	watch.tallies = tallies_new();
	watch.closers = explain->closers = closers_new();
	err = watch.tallies && watch.closers ? set_up_loop(&watch) : -ENOMEM;
	if (!err) {
		explain_helper_start(explain);
		err = follow(&watch);
		end_troubles(&watch);
		say_losses(&watch);
		loop_release(&watch.loop);
	}
	explain_detach(explain);
	if (watch.tallies)
		tallies_store(watch.tallies, before);
	tallies_free(watch.tallies);
	return err ? say("explain: %s", strerror(-err)) : STATUS_OK;
}

/* ---------------------------------------------------------------- both snapshots */

/* Processes are in the order of their numbers. */
static void count_before(struct evidence_store *now, const struct evidence_store *before)
{
	for (size_t i = 0; i < now->process_count; i++)
		now->processes[i].close_waits_before = 0;
	for (size_t i = 0; i < before->socket_count; i++) {
		struct evidence_process *process;

		if (before->sockets[i].state != TCP_STATE_CLOSE_WAIT)
			continue;
		process = evidence_store_process_of(now, before->sockets[i].flow.pid);
		if (process)
			process->close_waits_before++;
	}
}

void explain_compare(struct explain *explain, const struct evidence_store *before)
{
	struct evidence_store *now = &explain->store;

	now->watch_ns = now->now_ns - before->now_ns;
	for (size_t i = 0; i < now->space_count; i++) {
		for (size_t j = 0; j < before->space_count; j++) {
			if (before->spaces[j].netns == now->spaces[i].netns)
				memcpy(now->spaces[i].before, before->spaces[j].counters,
				       sizeof(now->spaces[i].before));
		}
	}
	count_before(now, before);
	for (size_t i = 0; i < before->event_count; i++)
		evidence_store_event(now, &before->events[i]);
	closers_store(explain->closers, before, now);
	closers_free(explain->closers);
	explain->closers = NULL;
}
