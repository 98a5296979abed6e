/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The routes and rules of this thread's network namespace that refuse. The kernel has no question
 * for one of them: they are dumped, kept for a while, and searched. Who owns the namespace chooses
 * how many there are: the dumps take at most 2% of the time, and at most REFUSALS_MAX are kept.
 */
#ifndef NETLINK_REFUSALS_H
#define NETLINK_REFUSALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netstate/stall.h"

#define REFUSALS_MAX 4096 /* of one type in one namespace; where there are more, none is named */

/* The longest prefix of this type (RTN_BLACKHOLE, ...) that covers the address: "blackhole
 * 10.9.0.0/16". False where none is known. */
bool refusal_name(uint8_t family, const uint8_t *addr, uint8_t type, char *text, size_t size);

/* enum stall_known: does such a route cover the address? Not known where not all are kept. */
uint8_t refusal_covers(uint8_t family, const uint8_t *addr, uint8_t type);

struct refusing_rules {
	bool prohibit, unreachable, blackhole; /* there is one of that type */
	bool other_tables; /* there is one that leads to a table of the user's own */
};

/* False: not all rules could be read. Those that were read count still. */
bool refusing_rules(uint8_t family, struct refusing_rules *ret_rules);

#endif
