/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The causes of a hanging or failed connect and the rules that lead to them, as data.
 * docs/stalls.md prints them. */
#ifndef DIAGNOSIS_CAUSES_H
#define DIAGNOSIS_CAUSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diagnosis/facts.h"
#include "netstate/stall.h"

enum cause {
	CAUSE_UNKNOWN,
	CAUSE_NO_ROUTE,
	CAUSE_ROUTE_UNREACHABLE,
	CAUSE_ROUTE_PROHIBIT,
	CAUSE_ROUTE_BLACKHOLE,
	CAUSE_PORTS_EXHAUSTED,
	CAUSE_PORT_IN_USE,
	CAUSE_ADDRESS_NOT_AVAILABLE,
	CAUSE_LOCAL_ADDRESS_GONE,
	CAUSE_NO_IPV6,
	CAUSE_ADDRESS_TENTATIVE,
	CAUSE_DEVICE_DOWN,
	CAUSE_DENIED,
	CAUSE_NEIGHBOUR_UNRESOLVED,
	CAUSE_DROPPED_OUTPUT,
	CAUSE_DROPPED_FORWARD,
	CAUSE_DROPPED_INPUT,
	CAUSE_CONNTRACK_FULL,
	CAUSE_NAT_NO_PORT,
	CAUSE_NAT_STALE_ENTRY,
	CAUSE_NO_ANSWER,
	CAUSE_REFUSED,
	CAUSE_ICMP_REJECTED,
	CAUSE_SYNACK_DROPPED,
	CAUSE_ACCEPT_QUEUE_FULL,
	CAUSE_SYN_BACKLOG_FULL,
	CAUSE_PEER_HAS_OLD_CONNECTION,
	CAUSE_ANSWER_FROM_OTHER_ADDRESS,
	CAUSE_WRONG_MAC,
	CAUSE_IPSEC_NOT_UP,
	CAUSE_QUEUE_HOLDS_IT,
	CAUSE_NO_WAY_BACK,
	CAUSE_SLOW,
	CAUSE_GAVE_UP,
	CAUSE_TIMEOUT,
	CAUSE_COUNT,
};

struct cause_row {
	const char *word; /* stable */
	const char *meaning;
	const char *advice;
	bool failure; /* it accuses something or somebody: JSON's key */
	bool accuses; /* it names what is at fault, and can be the cause of an end */
};

extern const struct cause_row cause_rows[CAUSE_COUNT];

/* What a cause means, and what to do, where the evidence says who did it. */
struct cause_case {
	uint8_t cause;
	bool (*holds)(const struct stall *stall);
	const char *meaning, *advice;
};

/* cause_cases.c. NULL: as the cause's row says. */
const struct cause_case *cause_case_find(uint8_t cause, const struct stall *stall);

/*
 * Taken from the top; the first whose facts are all seen, and none of the others, gives the verdict.
 * Where one of the others, or a rule above for another cause, is not ruled out (nobody watched, or
 * asked), the verdict has the confidence `alone`.
 */
struct cause_rule {
	uint8_t cause;
	uint8_t confidence; /* enum stall_confidence */
	uint8_t alone;	    /* not more than that */
	fact_set needs;
	fact_set without;
};

extern const struct cause_rule cause_rules[];
extern const size_t cause_rule_count;

#endif
