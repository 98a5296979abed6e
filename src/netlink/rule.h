/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which policy routing rule (`ip rule`) leads a socket's packets to a table? In the thread's namespace. */
#ifndef NETLINK_RULE_H
#define NETLINK_RULE_H

#include "netlink/route.h"

#define RULE_TEXT_SIZE 64

struct rule_answer {
	uint32_t priority;
	char text[RULE_TEXT_SIZE]; /* its selectors as `ip rule` has them: "fwmark 0x1"; "all" */
};

/*
 * The first rule that selects the question's packets and leads to `table`. 0; -ENOENT: none, or it cannot
 * be known, because a rule jumps or has selectors that are not known here; or another -errno.
 */
int rule_ask(const struct route_question *question, uint32_t table, struct rule_answer *ret_answer);

/*
 * The first rule that selects the question's packets and refuses them itself: `action` is FR_ACT_UNREACHABLE,
 * FR_ACT_PROHIBIT or FR_ACT_BLACKHOLE. 0; -ENOENT: none does; -EAGAIN: it is not known, as above, or
 * the rules were read a moment ago (who owns the namespace chooses how many there are); or another -errno.
 */
int rule_refuses(const struct route_question *question, uint8_t action,
		 struct rule_answer *ret_answer);

#endif
