/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Expression -> the conditions that the kernel can decide. Only what must hold whatever else does
 * is taken: a conjunct at the top, not negated. What the kernel can't say exactly (a cgroup with
 * those below it, an address) stays here. Pure.
 */
#include <sys/socket.h>

#include "filter/expression.h"
#include "filter/filter.h"

/* *slot must be `value`; 0 is "any" there. False: it is something else already. */
static bool require_u32(uint32_t *slot, uint64_t value)
{
	if (*slot && *slot != value)
		return false;
	*slot = (uint32_t)value;
	return true;
}

static bool require_u16(uint16_t *slot, uint64_t value)
{
	if (*slot && *slot != value)
		return false;
	*slot = (uint16_t)value;
	return true;
}

static bool push_states(uint32_t states, struct kernel_filter *kernel)
{
	if (states == STATES_EVERY)
		return true;
	if (kernel->states)
		states &= kernel->states;
	if (!states)
		return false;
	kernel->states = states;
	return true;
}

static bool push_port(const struct node *node, struct kernel_filter *kernel)
{
	if (node->compare != COMPARE_EQ || !node->number) /* 0 would mean any */
		return true;
	if (node->sides == SIDE_LOCAL)
		return require_u16(&kernel->lport, node->number);
	if (node->sides == SIDE_REMOTE)
		return require_u16(&kernel->rport, node->number);
	if (!kernel->port) /* a second one is no contradiction: there are two sides */
		kernel->port = (uint16_t)node->number;
	return true;
}

/* IPv4 is spoken by sockets of both families. */
static bool push_host(const struct node *node, struct kernel_filter *kernel)
{
	return !node->v6 || require_u16(&kernel->family, AF_INET6);
}

static bool push_condition(const struct node *node, struct kernel_filter *kernel)
{
	switch (node->type) {
	case NODE_STATE:
		return push_states(node->states, kernel);
	case NODE_PORT:
		return push_port(node, kernel);
	case NODE_HOST:
		return push_host(node, kernel);
	case NODE_PID:
		return node->compare != COMPARE_EQ ||
		       (node->number && require_u32(&kernel->pid, node->number));
	case NODE_NETNS:
		return node->compare != COMPARE_EQ ||
		       (node->number && require_u32(&kernel->netns, node->number));
	default:
		return true;
	}
}

static bool push_node(const struct filter *filter, const struct node *node,
		      struct kernel_filter *kernel)
{
	if (node->negated || node->type == NODE_ANY)
		return true;
	if (node->type != NODE_ALL)
		return push_condition(node, kernel);
	for (uint16_t child = node->first; child; child = filter->nodes[child].next) {
		if (!push_node(filter, &filter->nodes[child], kernel))
			return false;
	}
	return true;
}

bool filter_push_down(const struct filter *filter, struct kernel_filter *filter_for_kernel)
{
	return !filter->root || push_node(filter, &filter->nodes[filter->root], filter_for_kernel);
}
