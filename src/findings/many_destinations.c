/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Many destinations of one process of which the same is so are one finding: the way there is more likely the cause. Pure. */
#include <stdio.h>
#include <string.h>

#include "findings/machine.h"

/* So many are told one by one: they may be what one looks for. */
#define TOLD_EACH 4

static bool is_by_destination(unsigned int kind)
{
	return kind_hangs(kind) || kind == FINDING_FIN_WAIT2_ORPHAN ||
	       kind == FINDING_FIN_WAIT2_HELD || kind == FINDING_KEEPALIVE_UNANSWERED;
}

static bool is_alike(const struct finding *a, const struct finding *b)
{
	return a->kind == b->kind && a->pid == b->pid && a->netns == b->netns &&
	       a->severity == b->severity;
}

static uint64_t known_since(const struct finding *finding)
{
	return finding->since_ms == UINT64_MAX ? 0 : finding->since_ms;
}

/* The one that has been so for longest, of those alike; `ret_count`: how many there are. */
static size_t longest_of(const struct findings *findings, size_t first, size_t *ret_count)
{
	size_t longest = first;

	*ret_count = 0;
	for (size_t i = first; i < findings->count; i++) {
		if (!is_alike(&findings->list[i], &findings->list[first]))
			continue;
		(*ret_count)++;
		if (known_since(&findings->list[i]) > known_since(&findings->list[longest]))
			longest = i;
	}
	return longest;
}

static void take_in(struct finding *to, const struct finding *from)
{
	to->count += from->count;
	for (uint32_t i = 0; i < from->connection_count; i++)
		machine_connection(to, from->connections[i]);
}

/* The others, which stand behind `first`, are left out of the list. */
static void join_alike(struct findings *findings, size_t first, size_t others)
{
	struct finding *to = &findings->list[first];
	uint32_t before = to->count;
	size_t kept = first + 1, size;

	for (size_t i = first + 1; i < findings->count; i++) {
		if (is_alike(to, &findings->list[i]))
			take_in(to, &findings->list[i]);
		else
			findings->list[kept++] = findings->list[i];
	}
	findings->count = kept;
	size = strlen(to->title);
	snprintf(to->title + size, sizeof(to->title) - size,
		 "; the same of %zu other destinations (%u connections)", others,
		 to->count - before);
}

void findings_join_destinations(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		size_t count, longest;
		struct finding first;

		if (!is_by_destination(findings->list[i].kind))
			continue;
		longest = longest_of(findings, i, &count);
		if (count <= TOLD_EACH)
			continue;
		first = findings->list[i];
		findings->list[i] = findings->list[longest];
		findings->list[longest] = first;
		join_alike(findings, i, count - 1);
	}
}
