/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When the kernel sends the next SYN, and when it gives up. Pure; nanoseconds of CLOCK_MONOTONIC.
 */
#ifndef DIAGNOSIS_CLOCK_H
#define DIAGNOSIS_CLOCK_H

#include "netstate/stall.h"

/*
 * The firing of the retransmission timer at which tcp_write_timeout() (net/ipv4/tcp_timer.c) ends
 * the connect: after tcp_syn_retries (or TCP_SYNCNT) and tcp_syn_linear_timeouts, or past
 * TCP_USER_TIMEOUT or the time that the retries without linear ones would take, whichever is first.
 * STALL_NS_UNKNOWN where the timer is not known.
 */
uint64_t stall_clock_gives_up(const struct stall_timer *timer);

/*
 * A record of a retry is made while the timer fires, before it is set again: what it will be set
 * to. `congested`: the packet was dropped by the queueing discipline; then it is tried again soon,
 * without a back-off.
 */
void stall_clock_restart(struct stall_timer *timer, uint64_t now_ns, bool congested);

/*
 * When the pending timer fires that was read at `now_ns` and expires `left_ns` later: later than that
 * by the grain of the timer wheel for the whole time that it runs. Negative: it has expired, and the
 * wheel has not come to it yet.
 */
void stall_clock_pending(struct stall_timer *timer, uint64_t now_ns, int64_t left_ns);

#endif
