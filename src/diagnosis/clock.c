/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When the kernel sends the next SYN, and when it gives up. Pure. */
#include "diagnosis/clock.h"

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)
#define RTO_BASE_NS NS_PER_S		    /* TCP_TIMEOUT_INIT */
#define RESOURCE_PROBE_NS (500 * NS_PER_MS) /* TCP_RESOURCE_PROBE_INTERVAL */
#define FIRINGS_MAX 512			    /* two bytes of retries: more the kernel cannot count */
/* The timer wheel fires late by up to an eighth of a level, never early. */
#define WHEEL_SLACK_NS (40 * NS_PER_MS)

/*
 * tcp_model_timeout(): what `retries` doubling time-outs take together; from ilog2(rto_max / base)
 * doublings on each takes rto_max.
 */
static uint64_t model_timeout(const struct stall_timer *timer, unsigned int retries)
{
	uint64_t times = timer->rto_max_ns / RTO_BASE_NS;
	unsigned int doublings = 0;

	while (times >> (doublings + 1))
		doublings++;
	if (retries <= doublings)
		return ((UINT64_C(2) << retries) - 1) * RTO_BASE_NS;
	return ((UINT64_C(2) << doublings) - 1) * RTO_BASE_NS +
	       (retries - doublings) * timer->rto_max_ns;
}

static uint64_t doubled(const struct stall_timer *timer, uint64_t rto)
{
	return rto * 2 < timer->rto_max_ns ? rto * 2 : timer->rto_max_ns;
}

static bool expired(const struct stall_timer *timer, unsigned int retransmits, uint64_t at)
{
	uint64_t limit = model_timeout(timer, timer->syn_retries);

	if (retransmits >= (unsigned int)timer->syn_retries + timer->linear)
		return true;
	if (!retransmits)
		return false;
	if (timer->user_timeout_ms)
		limit = timer->user_timeout_ms * NS_PER_MS;
	return at + WHEEL_SLACK_NS >= timer->first_ns + limit;
}

/* tcp_clamp_rto_to_user_timeout() */
static uint64_t clamp_to_user_timeout(const struct stall_timer *timer, uint64_t rto, uint64_t now)
{
	uint64_t end = timer->first_ns + timer->user_timeout_ms * NS_PER_MS;

	if (!timer->user_timeout_ms || now + rto <= end)
		return rto;
	return now < end ? end - now : NS_PER_MS;
}

uint64_t stall_clock_gives_up(const struct stall_timer *timer)
{
	unsigned int retransmits = timer->retransmits;
	uint64_t rto = timer->rto_ns;
	uint64_t at = timer->next_ns;

	if (!timer->known)
		return STALL_NS_UNKNOWN;
	for (int i = 0; i < FIRINGS_MAX; i++) {
		if (expired(timer, retransmits, at))
			return at;
		retransmits++;
		if (retransmits > timer->linear)
			rto = doubled(timer, rto);
		at += clamp_to_user_timeout(timer, rto, at);
	}
	return STALL_NS_UNKNOWN;
}

void stall_clock_restart(struct stall_timer *timer, uint64_t now_ns, bool congested)
{
	uint64_t wait = RESOURCE_PROBE_NS;

	if (!congested) {
		if (timer->retransmits > timer->linear)
			timer->rto_ns = doubled(timer, timer->rto_ns);
		wait = clamp_to_user_timeout(timer, timer->rto_ns, now_ns);
	}
	timer->next_ns = now_ns + wait;
}
