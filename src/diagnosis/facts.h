/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct stall -> the facts that the rules of causes.c ask for, one bit each. Pure. */
#ifndef DIAGNOSIS_FACTS_H
#define DIAGNOSIS_FACTS_H

#include "netstate/stall.h"

enum fact {
	/* how it ended */
	FACT_ESTABLISHED,
	FACT_FAILED,
	FACT_CLOSED_BY_APPLICATION,
	FACT_FAILED_EARLY,
	FACT_TIMED_OUT,
	FACT_REFUSED_ERRNO,
	/* errno of a call that failed without a SYN */
	FACT_RET_NETUNREACH,
	FACT_RET_HOSTUNREACH,
	FACT_RET_ACCES,
	FACT_RET_PERM,
	FACT_RET_INVAL,
	FACT_RET_ADDRNOTAVAIL,
	/* what the routing tables and the ports say */
	FACT_ROUTE_FOUND,
	FACT_ROUTE_NONE,
	FACT_ROUTE_UNREACHABLE,
	FACT_ROUTE_PROHIBIT,
	FACT_SOME_PROHIBITED,
	FACT_ROUTE_BLACKHOLE,
	FACT_PORTS_EXHAUSTED,
	/* the SYN on its way */
	FACT_NO_SYN,
	FACT_SYN_LEFT,
	FACT_SYN_LEFT_TWICE,
	FACT_SYN_LEFT_OFTEN,
	FACT_NOTHING_LEFT,
	FACT_SYN_HELD,
	FACT_HOOK_DENIED,
	FACT_UNROUTED,
	FACT_CONGESTED,
	FACT_NEIGHBOUR_BAD,
	FACT_NEIGHBOUR_DROP,
	FACT_SYN_DROPPED_OUT,
	FACT_SYN_DROPPED_FORWARDING,
	FACT_SYN_DROPPED_IN,
	FACT_SYN_OUT_REASON,
	FACT_SYN_FORWARDING_REASON,
	FACT_SYN_IN_REASON,
	/* what came back */
	FACT_RESET,
	FACT_ICMP,
	FACT_ICMP_FROM_SELF_HOST_UNREACHABLE,
	FACT_SYNACK_DROPPED,
	FACT_SYNACK_REASON,
	FACT_SYNACK_DROPPED_FORWARDING,
	FACT_ANSWERED,
	FACT_QUEUE_FULL,
	FACT_QUEUE_WAS_FULL,
	FACT_COUNT,
};

#define FACT(name) (UINT64_C(1) << FACT_##name)

_Static_assert(FACT_COUNT <= 64, "facts are bits of one word");

uint64_t stall_facts(const struct stall *stall);

/* What the documentation calls it: "a reset arrived". NULL for numbers that are none. */
const char *stall_fact_text(unsigned int fact);

/* None was made, as far as was seen: with TCP Fast Open it waits for the application's first write.
 */
bool stall_no_syn(const struct stall *stall);

/* SYNs that left this host, and those that never did: sums over the first and all retries. */
uint32_t stall_syn_sent(const struct stall *stall);
uint32_t stall_syn_held(const struct stall *stall);

/* The strongest drop of this kind at such a place; NULL: none. A reason that is named goes before
 * NOT_SPECIFIED. */
const struct stall_drop *stall_drop_find(const struct stall *stall, enum stall_what what,
					 unsigned int wheres);

/* Number of the drop that a verdict rests on most; -1: none, or none that proves something. */
int stall_drop_shown(const struct stall *stall);

/* True where the kernel gave a reason that says something. */
bool stall_drop_has_reason(const struct stall_drop *drop);

#define STALL_AT(where) (1u << (STALL_##where))

#endif
