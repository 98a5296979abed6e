/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When the kernel gives up on what is not acknowledged (net/ipv4/tcp_timer.c). Pure; nanoseconds of
 * CLOCK_MONOTONIC. */
#ifndef BASE_TCP_CLOCK_H
#define BASE_TCP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/timer_wheel.h"

#define TCP_CLOCK_NEVER UINT64_MAX

#define TCP_CLOCK_RTO_MIN_NS UINT64_C(200000000)    /* TCP_RTO_MIN */
#define TCP_CLOCK_RTO_SYN_NS UINT64_C(1000000000)   /* TCP_TIMEOUT_INIT */
#define TCP_CLOCK_RTO_MAX_NS UINT64_C(120000000000) /* TCP_RTO_MAX, where nothing else is set */

struct tcp_clock {
	uint64_t
		first_ns; /* when what is not acknowledged was sent first; 0: time does not count */
	uint64_t next_ns; /* when the timer fires */
	struct timer_wheel wheel; /* on which the later ones are set */
	uint64_t rto_ns;	  /* for which it runs */
	uint64_t rto_max_ns;
	uint64_t base_ns;	  /* TCP_CLOCK_RTO_*: the timeout that the limit is counted in */
	uint64_t user_timeout_ns; /* TCP_USER_TIMEOUT; 0: none */
	unsigned int retransmits; /* so far */
	unsigned int limit;	  /* the setting: so many */
	unsigned int linear;	  /* before the timeout doubles */
	bool late;		  /* each timer fires as late as the wheel's grain may make it */
	bool counted;		  /* so many retransmissions end it, too (SYNs, window probes) */
};

/*
 * tcp_model_timeout(): what `retries` doubling timeouts take together, the first of `base`; from
 * `max` on they no longer double. In any unit.
 */
uint64_t tcp_clock_model(unsigned int retries, uint64_t base, uint64_t max);

/* tcp_clamp_rto_to_user_timeout() at `now_ns`. */
uint64_t tcp_clock_clamp(const struct tcp_clock *clock, uint64_t rto_ns, uint64_t now_ns);

/* The firing of the timer at which the kernel gives up; TCP_CLOCK_NEVER: none of the next 512. */
uint64_t tcp_clock_gives_up(const struct tcp_clock *clock);

#endif
