/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When the kernel sends the next SYN, and when it gives up. Pure. */
#include "diagnosis/clock.h"

#include "base/tcp_clock.h"

#define NS_PER_MS UINT64_C(1000000)
#define RESOURCE_PROBE_NS (500 * NS_PER_MS) /* TCP_RESOURCE_PROBE_INTERVAL */

static struct timer_wheel wheel_of(const struct stall_timer *timer)
{
	return (struct timer_wheel){.tick_ns = timer->tick_ns, .zero_ns = timer->zero_ns};
}

static struct tcp_clock clock_of(const struct stall_timer *timer)
{
	return (struct tcp_clock){
		.first_ns = timer->first_ns,
		.next_ns = timer->next_ns,
		.wheel = wheel_of(timer),
		.rto_ns = timer->rto_ns,
		.rto_max_ns = timer->rto_max_ns,
		.base_ns = TCP_CLOCK_RTO_SYN_NS,
		.user_timeout_ns = timer->user_timeout_ms * NS_PER_MS,
		.retransmits = timer->retransmits,
		.limit = timer->syn_retries,
		.linear = timer->linear,
		.counted = true,
	};
}

uint64_t stall_clock_gives_up(const struct stall_timer *timer)
{
	const struct tcp_clock clock = clock_of(timer);
	uint64_t end =
		timer->known && timer->syn_retries ? tcp_clock_gives_up(&clock) : TCP_CLOCK_NEVER;

	return end == TCP_CLOCK_NEVER ? STALL_NS_UNKNOWN : end;
}

void stall_clock_restart(struct stall_timer *timer, uint64_t now_ns, bool congested)
{
	const struct tcp_clock clock = clock_of(timer);
	uint64_t wait = RESOURCE_PROBE_NS;

	if (!congested) {
		if (timer->retransmits > timer->linear)
			timer->rto_ns = timer->rto_ns * 2 < timer->rto_max_ns ? timer->rto_ns * 2
									      : timer->rto_max_ns;
		wait = tcp_clock_clamp(&clock, timer->rto_ns, now_ns);
	}
	timer->next_ns = timer_wheel_fires(&clock.wheel, now_ns, wait);
}

void stall_clock_pending(struct stall_timer *timer, uint64_t now_ns, int64_t left_ns)
{
	const struct timer_wheel wheel = wheel_of(timer);

	timer->next_ns = timer_wheel_pending(&wheel, now_ns, timer->rto_ns, left_ns);
}
