/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How long the answer to one dump may take. Who owns a network namespace decides how many rules, routes, queueing
 * disciplines and tracked connections it has, and may add more while they are read: no dump of them is read for
 * longer than this, and one that took longer is not begun again for a while.
 */
#ifndef NETLINK_DUMP_LIMIT_H
#define NETLINK_DUMP_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct dump_limit {
	uint64_t netns; /* inode of this thread's */
	uint64_t began_ns, cpu_ns;
	uint16_t type; /* of the question */
};

/* Before the question. 0; -ETIME: this dump took too long in this namespace a moment ago. */
int dump_limit_begin(uint16_t type, struct dump_limit *ret_limit);
/* Too long already: notes that, and the rest is not read. */
bool dump_limit_over(const struct dump_limit *limit);

/* Namespaces of which a dump was given up and that were not handed out here before. */
bool dump_limit_next(uint64_t *ret_netns);

#endif
