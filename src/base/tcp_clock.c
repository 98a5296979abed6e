/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When the kernel gives up on what is not acknowledged. Pure. */
#include "base/tcp_clock.h"

#define NS_PER_MS UINT64_C(1000000)
#define FIRINGS_MAX 512 /* two bytes of retries: more the kernel cannot count */
/* A timer fires late by up to an eighth of the time that it waits, never early (timer_wheel.h). */
#define WHEEL_SLACK_NS (40 * NS_PER_MS)
#define WHEEL_GRAIN 8

uint64_t tcp_clock_model(unsigned int retries, uint64_t base, uint64_t max)
{
	unsigned int doublings = 0;

	while (doublings < 31 && base << (doublings + 1) <= max)
		doublings++;
	if (retries <= doublings)
		return ((UINT64_C(2) << retries) - 1) * base;
	return ((UINT64_C(2) << doublings) - 1) * base + (retries - doublings) * max;
}

static uint64_t doubled(const struct tcp_clock *clock, uint64_t rto)
{
	return rto * 2 < clock->rto_max_ns ? rto * 2 : clock->rto_max_ns;
}

static bool expired(const struct tcp_clock *clock, unsigned int retransmits, uint64_t at)
{
	uint64_t limit = tcp_clock_model(clock->limit, clock->base_ns, clock->rto_max_ns);

	if (clock->counted && retransmits >= clock->limit + clock->linear)
		return true;
	if (!retransmits || !clock->first_ns)
		return false;
	if (clock->user_timeout_ns)
		limit = clock->user_timeout_ns;
	return at + WHEEL_SLACK_NS >= clock->first_ns + limit;
}

uint64_t tcp_clock_clamp(const struct tcp_clock *clock, uint64_t rto_ns, uint64_t now_ns)
{
	uint64_t end = clock->first_ns + clock->user_timeout_ns;

	if (!clock->user_timeout_ns || !clock->first_ns || now_ns + rto_ns <= end)
		return rto_ns;
	return now_ns < end ? end - now_ns : NS_PER_MS;
}

uint64_t tcp_clock_gives_up(const struct tcp_clock *clock)
{
	unsigned int retransmits = clock->retransmits;
	uint64_t rto = clock->rto_ns;
	uint64_t at = clock->next_ns, late = 0;

	for (int i = 0; i < FIRINGS_MAX; i++) {
		late += clock->late ? rto / WHEEL_GRAIN : 0;
		if (expired(clock, retransmits, at + late))
			return at;
		retransmits++;
		if (retransmits > clock->linear)
			rto = doubled(clock, rto);
		at = timer_wheel_fires(&clock->wheel, at, tcp_clock_clamp(clock, rto, at));
	}
	return TCP_CLOCK_NEVER;
}
