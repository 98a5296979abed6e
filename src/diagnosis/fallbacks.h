/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Programs that go on by IPv4 when IPv6 does not answer: a connect by IPv6 that hangs, and then the
 * same process connects to the same port by IPv4. Bounded: a slot that two share forgets the older. Pure.
 */
#ifndef DIAGNOSIS_FALLBACKS_H
#define DIAGNOSIS_FALLBACKS_H

#include <stdbool.h>
#include <stdint.h>

#include "netstate/event.h"
#include "netstate/stall.h"

#define FALLBACK_ROWS 512
#define FALLBACK_WAIT_NS UINT64_C(100000000)   /* less than this is no wait; RFC 8305 has 250 ms */
#define FALLBACK_QUIET_NS UINT64_C(1000000000) /* no IPv4 connect to that port so long before */

/* One process and port. */
struct fallback_row {
	uint32_t netns, pid;
	uint16_t port;
	char comm[FLOW_COMM_SIZE];
	uint64_t begin_ns, end_ns; /* of the last connect by IPv6; 0: none, or goes on */
	uint64_t ip4_ns;	   /* of the last by IPv4 */
	uint64_t sock;		   /* of the one by IPv4 that followed */
	uint64_t total_ns;	   /* waited, of `last.count` connects */
	struct stall_fallback last;
};

struct fallbacks {
	struct fallback_row rows[FALLBACK_ROWS];
};

void fallbacks_event(struct fallbacks *fallbacks, const struct event *event);

/* What is known of this flow's process and port; count 0: nothing. */
struct stall_fallback fallbacks_of(const struct fallbacks *fallbacks, const struct flow *flow);

/* Mean wait of one row; 0: none. */
uint64_t fallback_wait_ns(const struct fallback_row *row);

#endif
