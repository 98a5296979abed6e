/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A connection that was given up -> words. Pure. */
#include "netstate/timeout.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"

static const char *const causes[] = {
	[TIMEOUT_KEEPALIVE] = "keepalive",
	[TIMEOUT_USER] = "user_timeout",
	[TIMEOUT_RETRANSMISSION] = "retransmission",
	[TIMEOUT_WINDOW_PROBE] = "window_probe",
};

_Static_assert(ARRAY_SIZE(causes) == TIMEOUT_CAUSES, "a word for each cause");

const char *timeout_cause_name(unsigned int cause)
{
	return cause < TIMEOUT_CAUSES ? causes[cause] : NULL;
}

#define SPAN_SIZE 24

/* "1 s", "1500 ms", "2 h" */
static const char *span(uint32_t ms, char text[SPAN_SIZE])
{
	uint32_t s = ms / 1000;

	if (ms % 1000)
		snprintf(text, SPAN_SIZE, "%" PRIu32 " ms", ms);
	else if (s && s % 3600 == 0)
		snprintf(text, SPAN_SIZE, "%" PRIu32 " h", s / 3600);
	else if (s && s % 60 == 0)
		snprintf(text, SPAN_SIZE, "%" PRIu32 " min", s / 60);
	else
		snprintf(text, SPAN_SIZE, "%" PRIu32 " s", s);
	return text;
}

static int format_unanswered(const struct timeout *timeout, char *to, size_t room)
{
	char idle[SPAN_SIZE], interval[SPAN_SIZE];

	if (timeout->retransmits)
		return snprintf(to, room, "%u retransmission%s unanswered", timeout->retransmits,
				timeout->retransmits == 1 ? "" : "s");
	if (!timeout->idle_ms)
		return snprintf(to, room, "%u window probe%s unanswered", timeout->probes,
				timeout->probes == 1 ? "" : "s");
	return snprintf(to, room, "%u keepalive probe%s unanswered (idle %s, interval %s)",
			timeout->probes, timeout->probes == 1 ? "" : "s",
			span(timeout->idle_ms, idle), span(timeout->interval_ms, interval));
}

size_t timeout_format(const struct timeout *timeout, char text[TIMEOUT_TEXT_SIZE])
{
	char limit[SPAN_SIZE];
	int size = 0;

	text[0] = '\0';
	if (timeout->cause == TIMEOUT_NONE)
		return 0;
	if (timeout->cause == TIMEOUT_USER)
		size = snprintf(text, TIMEOUT_TEXT_SIZE,
				"TCP_USER_TIMEOUT %s: ", span(timeout->user_timeout_ms, limit));
	size += format_unanswered(timeout, text + size, TIMEOUT_TEXT_SIZE - (size_t)size);
	return (size_t)size < TIMEOUT_TEXT_SIZE ? (size_t)size : TIMEOUT_TEXT_SIZE - 1;
}
