/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Does this flow match the expression? A condition on what is not known does not hold; its negation
 * does. Pure. */
#include <string.h>
#include <sys/socket.h>

#include "filter/expression.h"
#include "filter/filter.h"
#include "filter/match.h"

#define COMM_LENGTH 15 /* what the kernel keeps of a name */

static bool compare_holds(uint64_t left, unsigned int compare, uint64_t right)
{
	switch (compare) {
	case COMPARE_LT:
		return left < right;
	case COMPARE_LE:
		return left <= right;
	case COMPARE_GT:
		return left > right;
	case COMPARE_GE:
		return left >= right;
	default:
		return left == right;
	}
}

bool match_prefix(const uint8_t addr[16], const uint8_t prefix[16], unsigned int bits)
{
	unsigned int bytes = bits / 8, rest = bits % 8;

	return !memcmp(addr, prefix, bytes) &&
	       (!rest || !((addr[bytes] ^ prefix[bytes]) >> (8 - rest)));
}

static bool host_matches(const struct node *node, const struct flow *flow)
{
	const struct endpoint *end = node->sides & SIDE_LOCAL ? &flow->local : &flow->remote;

	if (node->v6 && flow->family != AF_INET6)
		return false;
	return flow->family && match_prefix(end->addr, node->addr, node->bits);
}

static bool port_matches(const struct node *node, const struct flow *flow)
{
	if (!flow->family)
		return false;
	return (node->sides & SIDE_LOCAL &&
		compare_holds(flow->local.port, node->compare, node->number)) ||
	       (node->sides & SIDE_REMOTE &&
		compare_holds(flow->remote.port, node->compare, node->number));
}

/* `*` stands for any bytes, `?` for one. After a mismatch only the last star is tried again: no
 * recursion. */
bool match_glob(const char *pattern, const char *text)
{
	const char *star = NULL, *behind = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			behind = text;
		} else if (*pattern && (*pattern == '?' || *pattern == *text)) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++behind;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

/* The kernel cuts names at 15 bytes: a longer one that somebody asks for matches by these. */
static bool comm_matches(const struct node *node, const struct flow *flow)
{
	if (!flow->owner)
		return false;
	if (strlen(node->text) > COMM_LENGTH && !strpbrk(node->text, "*?"))
		return strlen(flow->comm) == COMM_LENGTH &&
		       !strncmp(node->text, flow->comm, COMM_LENGTH);
	return match_glob(node->text, flow->comm);
}

/* This cgroup or one below it; node->text has no slash at either end. */
static bool cgroup_matches(const struct node *node, const char *path)
{
	size_t length = strlen(node->text);

	if (!path)
		return false;
	while (*path == '/')
		path++;
	return !length ||
	       (!strncmp(path, node->text, length) && (!path[length] || path[length] == '/'));
}

static bool condition_holds(const struct node *node, const struct filter_subject *subject)
{
	const struct flow *flow = subject->flow;

	switch (node->type) {
	case NODE_STATE:
		return subject->state < TCP_STATE_MAX && node->states & STATE_BIT(subject->state);
	case NODE_HOST:
		return host_matches(node, flow);
	case NODE_PORT:
		return port_matches(node, flow);
	case NODE_PID:
		return flow->owner && compare_holds(flow->pid, node->compare, node->number);
	case NODE_COMM:
		return comm_matches(node, flow);
	case NODE_UID:
		return compare_holds(flow->uid, node->compare, node->number);
	case NODE_NETNS:
		return flow->netns && compare_holds(flow->netns, node->compare, node->number);
	case NODE_CGROUP:
		return cgroup_matches(node, subject->cgroup);
	case NODE_AGE:
		return subject->age_ns != UINT64_MAX &&
		       compare_holds(subject->age_ns, node->compare, node->number);
	default:
		return false;
	}
}

/* Recursion is as deep as parentheses were nested: DEPTH_MAX and the two levels of each. */
static bool node_matches(const struct filter *filter, const struct node *node,
			 const struct filter_subject *subject)
{
	bool any = node->type == NODE_ANY;

	if (!any && node->type != NODE_ALL)
		return condition_holds(node, subject) != node->negated;
	for (uint16_t child = node->first; child; child = filter->nodes[child].next) {
		if (node_matches(filter, &filter->nodes[child], subject) == any)
			return any != node->negated;
	}
	return any == node->negated;
}

bool filter_match(const struct filter *filter, const struct filter_subject *subject)
{
	return !filter->root || node_matches(filter, &filter->nodes[filter->root], subject);
}
