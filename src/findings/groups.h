/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets of which the same is so, by what they are reported together with. */
#ifndef FINDINGS_GROUPS_H
#define FINDINGS_GROUPS_H

#include "findings/judging.h"

#define GROUP_BUCKETS 4096 /* a power of two */

struct groups {
	struct group *buckets[GROUP_BUCKETS];
	size_t count;
};

/* `by_process`: those that are reported one by one are reported together by their process. 0 or -ENOMEM. */
int groups_add(struct groups *groups, const struct judging *judging, const struct rule *rule,
	       uint32_t index, bool by_process);
void groups_release(struct groups *groups);

/* A group of this one alone. */
void group_of_one(struct group *group, const struct judging *judging, const struct rule *rule,
		  uint32_t index);

/* What a group's rule says of it; not where it says nothing. */
bool group_describe(const struct judging *judging, const struct group *group,
		    struct finding *finding);

#endif
