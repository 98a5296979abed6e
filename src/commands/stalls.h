/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of `netstate stalls` share. */
#ifndef COMMANDS_STALLS_H
#define COMMANDS_STALLS_H

#include "base/loop.h"
#include "commands/selection.h"
#include "commands/stalls_helper.h"
#include "diagnosis/attempts.h"
#include "diagnosis/fallbacks.h"
#include "evidence/sources.h"
#include "netstate/stall_kept.h"
#include "sink/output.h"
#include "view/stall.h"

#define STALLS_SUMMARY_MAX 256 /* destinations with a verdict; more are counted together */

/* Connects to one destination with one verdict. */
struct stalls_sum {
	struct endpoint remote;
	const char *verdict;
	const char *cause; /* of those that are over: what held them; NULL */
	uint64_t count, longest_ns;
	uint32_t pid; /* of the last */
	char comm[FLOW_COMM_SIZE];
};

struct stalls_summary {
	struct stalls_sum rows[STALLS_SUMMARY_MAX];
	unsigned int count;
	uint64_t others;
};

struct stalls_settings {
	struct selection selection;
	bool json, summary, listeners, once, trace_rules;
	int time, color;
	uint64_t threshold_ns, duration_ns, count;
	const char *record_path, *replay_path;
	bool force, redact;
};

/* What goes out: lines as they come, sums at the end, records for --record. */
struct stalls_report {
	struct view view;
	struct output output, record;
	struct stalls_summary totals;
	uint64_t reports;
};

struct stalls {
	struct stalls_settings settings;
	struct evidence_sources evidence;
	struct attempts *attempts;
	struct stalls_helper helper;
	struct fallbacks fallbacks;
	struct stalls_report report;
	bool ended;
	uint64_t undecoded;
	uint64_t records_lost;	/* that the connects know of */
	uint64_t begin_ns;	/* CLOCK_MONOTONIC */
	bool slice_over;	/* of the time for questions between two readings of the rings */
	uint64_t ends_since_ns; /* CLOCK_MONOTONIC; of the second for which ends_ns counts */
	uint64_t ends_ns;	/* spent on questions about connects that ended */
	uint64_t ends_asked;	/* ... and how many */
	uint64_t ends_unasked;
};

/* By what is known of the flow now: is it to be shown; will it never be? */
bool stalls_shows(const struct stalls *stalls, const struct flow *flow);
bool stalls_excludes(const struct stalls *stalls, const struct flow *flow);

/* Connects that hang already, in every namespace. */
void stalls_find_pending(struct stalls *stalls);

/* Asks what diagnosis wants to know, hands it the answers, reports what is due. Returns when to
 * come again at the latest. */
uint64_t stalls_answer_questions(struct stalls *stalls, uint64_t now_ns);

/* stalls_report.c */
void stalls_report(struct stalls *stalls, struct attempt *attempt, enum stall_update update);
void stalls_print_summary(struct stalls *stalls);
/* The same by what the recording of another run kept. */
void stalls_report_kept(struct stalls *stalls, const struct stall_kept *kept);
/* Of those that still hang, into the sums and the recording. */
void stalls_sum_up(struct stalls *stalls);

/* stalls_replay.c: netstate stalls --replay. An exit status. */
int stalls_replay(struct stalls *stalls);
void stalls_say_losses(const struct stalls *stalls);
void stalls_say_totals(const struct stalls *stalls);

/*
 * stalls_once.c: netstate stalls --once. What hung at the start is reported once: when a SYN was
 * followed, where its verdict rests on that. Whether it is to be said now; whether all is said; the
 * exit status.
 */
bool stalls_once_decided(const struct attempt *attempt, const struct verdict *verdict,
			 enum stall_update update);
bool stalls_once_is_done(const struct stalls *stalls);
int stalls_once_status(const struct stalls *stalls);
/* Says what is waited for, and how long at most. */
void stalls_once_say(const struct stalls *stalls);

/* stalls_loop.c: signals, the duration, a reader that went set `ended`. 0 or -errno. */
int stalls_set_up_loop(struct stalls *stalls, struct loop *loop);

/* stalls_polling.c: connects by sock_diag, where no BPF program can be loaded. Exit statuses. */
int stalls_polling_open(struct stalls *stalls, const char *why);
int stalls_poll(struct stalls *stalls);

/* stalls_rules.c: --trace-rules, and what it cannot do here. */
void stalls_trace_rules(struct stalls *stalls);

/* --record, and the exit status of any way of watching. */
int stalls_open_record(struct stalls *stalls);
int stalls_end_status(const struct stalls *stalls);

/* stalls_listeners.c: netstate stalls --listeners. An exit status. */
int stalls_watch_listeners(struct stalls *stalls);

#endif
