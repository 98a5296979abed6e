/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rules that look at more than one socket at a time, in their order. Pure. */
#include "findings/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static int (*const rules[])(struct judging *judging, struct findings *findings, bool explain) = {
	machine_forgotten, machine_proxies, machine_reuseport,	  machine_half_open,
	machine_queues,	   machine_ports,   machine_limits,	  machine_counters,
	machine_ends,	   machine_resets,  machine_untranslated, machine_accepts,
};

int machine_judge(struct judging *judging, struct findings *findings, bool explain)
{
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_SIZE(rules); i++)
		err = rules[i](judging, findings, explain);
	return err;
}

struct finding machine_finding(unsigned int kind)
{
	struct finding finding = {.kind = (uint16_t)kind, .since_ms = UINT64_MAX};

	finding.limit.eta_ms = UINT64_MAX;
	return finding;
}

void machine_connection(struct finding *finding, uint32_t index)
{
	if (finding->connection_count < FINDING_CONNECTIONS_MAX)
		finding->connections[finding->connection_count++] = index;
}

int machine_collect(const struct judging *judging,
		    bool (*wanted)(const struct judging *judging,
				   const struct socket_detail *socket),
		    int (*compare)(const void *a, const void *b, void *context),
		    uint32_t **ret_list, size_t *ret_count)
{
	const struct evidence *evidence = judging->evidence;
	size_t count = 0, at = 0;
	uint32_t *list;

	for (size_t i = 0; i < evidence->socket_count; i++)
		count += wanted(judging, &evidence->sockets[i]);
	list = malloc((count + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		if (wanted(judging, &evidence->sockets[i]))
			list[at++] = i;
	}
	if (count)
		qsort_r(list, count, sizeof(*list), compare, (void *)evidence->sockets);
	*ret_list = list;
	*ret_count = count;
	return 0;
}

int machine_group(struct judging *judging, const struct grouping *grouping,
		  struct findings *findings)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	size_t count, begin = 0;
	uint32_t *list;
	int err = machine_collect(judging, grouping->wanted, grouping->compare, &list, &count);

	if (err)
		return err;
	for (size_t i = 1; !err && i <= count; i++) {
		if (i < count && grouping->same(&sockets[list[begin]].flow, &sockets[list[i]].flow))
			continue;
		err = grouping->describe(judging, list + begin, i - begin, findings);
		begin = i;
	}
	free(list);
	return err;
}

int compare_end(const struct endpoint *a, const struct endpoint *b)
{
	int order = memcmp(a->addr, b->addr, sizeof(a->addr));

	return order ? order : (a->port > b->port) - (a->port < b->port);
}

const struct endpoint *service_of(const struct flow *flow)
{
	return flow->local.port < flow->remote.port ? &flow->local : &flow->remote;
}
