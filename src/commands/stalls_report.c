/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Verdicts -> lines, and their sums. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/address.h"
#include "base/duration.h"
#include "base/format.h"
#include "base/json_string.h"
#include "base/safe.h"
#include "base/say.h"
#include "base/clock.h"
#include "commands/record_file.h"
#include "commands/stalls.h"
#include "commands/trace_summary.h"
#include "diagnosis/diagnose.h"
#include "diagnosis/digest.h"
#include "diagnosis/kept.h"
#include "netstate/stall_watch.h"
#include "sink/terminal_width.h"

#define FALLBACKS_SAID 8

static void add_to_summary(struct stalls_summary *summary, const struct stall *stall,
			   const struct verdict *verdict)
{
	unsigned int i;

	for (i = 0; i < summary->count; i++) {
		if (summary->rows[i].verdict == verdict->word &&
		    summary->rows[i].cause == verdict->cause &&
		    summary->rows[i].remote.port == stall->flow.remote.port &&
		    !memcmp(summary->rows[i].remote.addr, stall->flow.remote.addr, 16))
			break;
	}
	if (i == STALLS_SUMMARY_MAX) {
		summary->others++;
		return;
	}
	if (i == summary->count) {
		summary->count++;
		summary->rows[i].remote = stall->flow.remote;
		summary->rows[i].verdict = verdict->word;
		summary->rows[i].cause = verdict->cause;
	}
	summary->rows[i].count++;
	if (verdict->age_ns > summary->rows[i].longest_ns)
		summary->rows[i].longest_ns = verdict->age_ns;
	summary->rows[i].pid = stall->flow.pid;
	memcpy(summary->rows[i].comm, stall->flow.comm, sizeof(summary->rows[i].comm));
}

static void print(struct stalls *stalls, const struct stall_report *report)
{
	struct stalls_report *out = &stalls->report;

	out->view.width = terminal_width(STDOUT_FILENO);
	if (stalls->settings.json)
		view_stall_json(&out->view, report, &out->output.buf);
	else
		view_stall_text(&out->view, report, &out->output.buf);
	output_flush_if_full(&out->output);
}

static bool enough(const struct stalls *stalls)
{
	return stalls->settings.count && stalls->report.reports >= stalls->settings.count;
}

/* Sums count it at its end; --count counts it in either form. */
static void deliver(struct stalls *stalls, const struct stall_report *report)
{
	if (enough(stalls))
		return;
	if (report->update == STALL_UPDATE_ENDED)
		add_to_summary(&stalls->report.totals, report->stall, report->verdict);
	if (!stalls->settings.summary)
		print(stalls, report);
	stalls->report.reports++;
	stalls->ended |= enough(stalls);
}

static void keep(struct stalls *stalls, const struct stall_report *report)
{
	struct buf *recording = stalls->evidence.recording;
	struct stall_kept kept;

	if (!recording)
		return;
	stall_keep(report->stall, stall_hooks_senses(stalls->evidence.hooks), report->ktime_ns,
		   &kept);
	kept.update = report->update;
	kept.nothing_new = report->nothing_new;
	buf_put(recording, &kept, sizeof(kept));
	output_flush_if_full(&stalls->report.record);
}

void stalls_report(struct stalls *stalls, struct attempt *attempt, enum stall_update update)
{
	struct verdict verdict;
	struct stall_report report = {
		.stall = attempt->stall,
		.verdict = &verdict,
		.ktime_ns = clock_monotonic_ns(),
		.update = (uint8_t)update,
	};
	uint64_t digest;

	attempt->stall->fallback = fallbacks_of(&stalls->fallbacks, &attempt->stall->flow);
	stall_diagnose(attempt->stall, stall_hooks_senses(stalls->evidence.hooks), report.ktime_ns,
		       &verdict);
	if (update != STALL_UPDATE_ENDED)
		attempt->stall->proven = verdict.proven;
	if (stalls->settings.once &&
	    (attempt->said || !stalls_once_decided(attempt, &verdict, update)))
		return;
	digest = stall_digest(attempt->stall, &verdict);
	report.nothing_new = attempt->said == digest;
	attempt->said = digest;
	stalls->report.view.wall_offset_ns = clock_wall_offset();
	keep(stalls, &report);
	deliver(stalls, &report);
}

void stalls_report_kept(struct stalls *stalls, const struct stall_kept *kept)
{
	struct verdict verdict;
	const struct stall_report report = {
		.stall = &kept->stall,
		.verdict = &verdict,
		.ktime_ns = kept->head.ktime_ns,
		.update = kept->update,
		.nothing_new = kept->nothing_new == 1,
	};

	stall_diagnose(&kept->stall, &kept->senses, kept->head.ktime_ns, &verdict);
	if (kept->update == STALL_UPDATE_MAX)
		add_to_summary(&stalls->report.totals, &kept->stall, &verdict);
	else
		deliver(stalls, &report);
}

static void say_fallbacks(const struct stalls *stalls)
{
	unsigned int said = 0;

	for (size_t i = 0; i < FALLBACK_ROWS && said < FALLBACKS_SAID; i++) {
		const struct fallback_row *row = &stalls->fallbacks.rows[i];
		const struct flow flow = {.netns = row->netns, .pid = row->pid};
		char comm[FLOW_COMM_SIZE], text[DURATION_TEXT_SIZE];

		if (!row->last.count || stalls_excludes(stalls, &flow))
			continue;
		memcpy(comm, row->comm, sizeof(comm));
		safe_name(comm, strlen(comm));
		say("IPv6 costs %s (pid %u) %s a connection: %u to port %u went on by IPv4", comm,
		    row->pid, duration_text(text, fallback_wait_ns(row)), row->last.count,
		    row->port);
		said++;
	}
}

void stalls_say_totals(const struct stalls *stalls)
{
	struct attempts_totals totals = attempts_totals(stalls->attempts);
	char text[DURATION_TEXT_SIZE];

	say("%" PRIu64 " stall%s among %" PRIu64 " connect%s in %s", totals.reported,
	    totals.reported == 1 ? "" : "s", totals.connects, totals.connects == 1 ? "" : "s",
	    duration_text(text, clock_monotonic_ns() - stalls->begin_ns));
	say_fallbacks(stalls);
}

void stalls_say_losses(const struct stalls *stalls)
{
	uint64_t lost =
		tracer_lost(stalls->evidence.tracer) + stall_hooks_lost(stalls->evidence.hooks);
	struct trace_account account;

	if (lost)
		say("%" PRIu64 " records were lost: some connects may be missing", lost);
	if (!stalls_helper_account(&((struct stalls *)stalls)->helper, &account))
		trace_say_skipped(&account);
	if (attempts_overflow(stalls->attempts))
		say("%" PRIu64 " connects were not followed: too many at a time",
		    attempts_overflow(stalls->attempts));
	if (attempts_refused(stalls->attempts))
		say("the packets of %" PRIu64
		    " connects were not followed for a while: at most %u are, and one of a sequence number",
		    attempts_refused(stalls->attempts), STALL_WATCHES_MAX);
	if (stalls->ends_unasked)
		say("no further evidence was gathered for %" PRIu64
		    " connects that ended: too many ended at a time",
		    stalls->ends_unasked);
	if (stalls->undecoded)
		say("%" PRIu64 " records could not be decoded and were left out",
		    stalls->undecoded);
}

/* ---------------------------------------------------------------- --summary */

static bool other_cause(const struct stalls_sum *sum)
{
	return sum->cause && strcmp(sum->cause, sum->verdict);
}

static void summary_text(const struct stalls_summary *summary, struct buf *out)
{
	buf_printf(out, "%8s  %-24s %-28s %10s  %s\n", "COUNT", "VERDICT", "DESTINATION", "LONGEST",
		   "LAST PROCESS");
	for (unsigned int i = 0; i < summary->count; i++) {
		const struct endpoint *end = &summary->rows[i].remote;
		char remote[ADDRESS_PORT_TEXT_MAX + 1], comm[FLOW_COMM_SIZE], verdict[80];
		char longest[DURATION_TEXT_SIZE];

		*address_format_port(remote, end->addr, end->port) = '\0';
		memcpy(comm, summary->rows[i].comm, sizeof(comm));
		safe_name(comm, strlen(comm));
		snprintf(verdict, sizeof(verdict), "%s%s%s", summary->rows[i].verdict,
			 other_cause(&summary->rows[i]) ? " by " : "",
			 other_cause(&summary->rows[i]) ? summary->rows[i].cause : "");
		buf_printf(out, "%8" PRIu64 "  %-24s %-28s %10s  %s (%u)\n", summary->rows[i].count,
			   verdict, remote, duration_text(longest, summary->rows[i].longest_ns),
			   comm, summary->rows[i].pid);
	}
	if (summary->others)
		buf_printf(out, "%8" PRIu64 "  to further destinations\n", summary->others);
}

static void summary_json(const struct stalls_summary *summary, struct buf *out)
{
	for (unsigned int i = 0; i < summary->count; i++) {
		char remote[ADDRESS_TEXT_MAX + 1];

		*address_format(remote, summary->rows[i].remote.addr) = '\0';
		buf_printf(
			out,
			"{\"kind\":\"summary\",\"verdict\":\"%s\",\"raddr\":\"%s\",\"rport\":%u,\"count\":%" PRIu64,
			summary->rows[i].verdict, remote, summary->rows[i].remote.port,
			summary->rows[i].count);
		buf_printf(out, ",\"longest_us\":%" PRIu64 ",\"pid\":",
			   summary->rows[i].longest_ns / 1000);
		if (summary->rows[i].pid)
			buf_printf(out, "%u", summary->rows[i].pid);
		else
			buf_puts(out, "null");
		buf_puts(out, ",\"comm\":");
		json_string(out, summary->rows[i].comm,
			    strnlen(summary->rows[i].comm, FLOW_COMM_SIZE));
		if (summary->rows[i].cause)
			buf_printf(out, ",\"cause\":\"%s\"}\n", summary->rows[i].cause);
		else
			buf_puts(out, ",\"cause\":null}\n");
	}
}

/* The most frequent first; else by destination. */
static int by_count(const void *a, const void *b)
{
	const struct stalls_sum *left = a, *right = b;
	int order = memcmp(left->remote.addr, right->remote.addr, sizeof(left->remote.addr));

	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	return order ? order
		     : (left->remote.port > right->remote.port) -
			       (left->remote.port < right->remote.port);
}

/* Those that still hang are counted with the verdict of this moment. */
void stalls_sum_up(struct stalls *stalls)
{
	const struct stall_senses *senses = stall_hooks_senses(stalls->evidence.hooks);
	uint64_t now = clock_monotonic_ns();

	for (struct attempt *at = attempts_first(stalls->attempts); at; at = attempts_next(at)) {
		struct verdict verdict;
		const struct stall_report report = {.stall = at->stall,
						    .verdict = &verdict,
						    .ktime_ns = now,
						    .update = STALL_UPDATE_MAX};

		if (!at->reported)
			continue;
		stall_diagnose(at->stall, senses, now, &verdict);
		add_to_summary(&stalls->report.totals, at->stall, &verdict);
		keep(stalls, &report);
	}
	if (stalls->evidence.recording)
		output_flush(&stalls->report.record);
}

void stalls_print_summary(struct stalls *stalls)
{
	struct stalls_report *out = &stalls->report;

	qsort(out->totals.rows, out->totals.count, sizeof(out->totals.rows[0]), by_count);
	if (stalls->settings.json && out->totals.others)
		say("%" PRIu64 " connects to further destinations are not in the sums",
		    out->totals.others);
	if (stalls->settings.json)
		summary_json(&out->totals, &out->output.buf);
	else
		summary_text(&out->totals, &out->output.buf);
	output_flush(&out->output);
}

int stalls_open_record(struct stalls *stalls)
{
	if (!stalls->settings.record_path)
		return STATUS_OK;
	if (record_file_open(stalls->settings.record_path, stalls->settings.force,
			     stalls->settings.redact, &stalls->report.record))
		return STATUS_FAILURE;
	stalls->evidence.recording = &stalls->report.record.buf;
	return STATUS_OK;
}
