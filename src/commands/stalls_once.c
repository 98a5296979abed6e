/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate stalls --once: what hangs now, judged and reported once. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/duration.h"
#include "base/say.h"
#include "commands/stalls.h"

#define STATUS_HANGS 3 /* something hangs; 1 and 2 are errors */

/* The first SYN was sent before anybody watched; a later one may show where it is lost. */
bool stalls_once_decided(const struct attempt *attempt, const struct verdict *verdict,
			 enum stall_update update)
{
	const struct stall *stall = attempt->stall;

	if (stall->rule.state == STALL_RULE_AWAITED && update != STALL_UPDATE_ENDED)
		return false;
	return update == STALL_UPDATE_ENDED || verdict->confidence >= STALL_CONFIDENCE_MEDIUM ||
	       stall->followed_sends || !attempt->watched || !stall->timer.known;
}

/* Those that still hang and of which nothing is said. */
static uint64_t open_ones(const struct stalls *stalls, uint64_t *ret_last_ns)
{
	uint64_t count = 0, last = 0;

	for (struct attempt *at = attempts_first(stalls->attempts); at; at = attempts_next(at)) {
		uint64_t next = at->stall->timer.known ? at->stall->timer.next_ns : 0;

		if (at->said || at->left_out)
			continue;
		count++;
		last = next > last ? next : last;
	}
	*ret_last_ns = last;
	return count;
}

bool stalls_once_is_done(const struct stalls *stalls)
{
	uint64_t last;

	return !open_ones(stalls, &last);
}

void stalls_once_say(const struct stalls *stalls)
{
	uint64_t last, now = clock_monotonic_ns(), count = open_ones(stalls, &last);
	char text[DURATION_TEXT_SIZE];

	if (count && last > now)
		say("%" PRIu64 " connect%s under way; their next SYNs come within %s", count,
		    count == 1 ? "" : "s", duration_text(text, last - now));
}

int stalls_once_status(const struct stalls *stalls)
{
	return attempts_totals(stalls->attempts).reported ? STATUS_HANGS : STATUS_OK;
}
