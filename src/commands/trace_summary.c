/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a trace says at its end: the account of all that the kernel side saw. */
#include "commands/trace_summary.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "base/say.h"
#include "netstate/event.h"

static uint64_t sum(const __u64 *counts, size_t count)
{
	uint64_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += counts[i];
	return total;
}

void trace_say_skipped_packets(uint64_t skipped)
{
	if (skipped)
		say("up to %" PRIu64
		    " drops, retransmissions and resets missed (BPF recursion_misses): evidence "
		    "may be missing",
		    skipped);
}

int trace_account_read(const struct tracer *tracer, struct trace_account *ret_account)
{
	int err = tracer_counters(tracer, &ret_account->counters);

	ret_account->skipped_packets = 0;
	if (!err)
		tracer_skipped(tracer, &ret_account->counters, &ret_account->skipped_transitions,
			       &ret_account->skipped_calls);
	return err;
}

void trace_say_skipped(const struct trace_account *account)
{
	if (account->skipped_transitions || account->skipped_calls)
		say("up to %" PRIu64 " transitions and %" PRIu64
		    " calls missed (BPF recursion_misses)",
		    account->skipped_transitions, account->skipped_calls);
	trace_say_skipped_packets(account->skipped_packets);
}

void trace_say_summary(const struct trace_account *account, uint64_t printed)
{
	const struct counters *counters;
	uint64_t lost, all_lost;

	if (!account) {
		say("%" PRIu64 " events printed; the kernel's counters could not be read", printed);
		return;
	}
	counters = &account->counters;
	lost = counters->lost[EVENT_STATE] + counters->lost_memory + counters->lost_unseen;
	all_lost =
		sum(counters->lost, COUNTERS_KINDS) + counters->lost_memory + counters->lost_unseen;
	say("%" PRIu64 " events printed, %" PRIu64 " lost", printed, all_lost);
	say("%" PRIu64 " transitions seen = %" PRIu64 " emitted + %" PRIu64 " filtered + %" PRIu64
	    " lost",
	    sum(counters->transitions, ARRAY_SIZE(counters->transitions)),
	    (uint64_t)counters->emitted[EVENT_STATE], (uint64_t)counters->filtered, lost);
	say("%" PRIu64 " connects, %" PRIu64 " accepts; %" PRIu64
	    " transitions rescued from nested interrupts",
	    (uint64_t)counters->emitted[EVENT_CONNECT], (uint64_t)counters->emitted[EVENT_ACCEPT],
	    (uint64_t)counters->rescued);
	trace_say_skipped(account);
	if (counters->owners_lost || counters->starts_lost)
		say("%" PRIu64 " accepted connections kept their listener's owner and %" PRIu64
		    " connects their latency "
		    "unknown: the kernel-side tables were full",
		    (uint64_t)counters->owners_lost, (uint64_t)counters->starts_lost);
}
