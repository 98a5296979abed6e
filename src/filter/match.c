/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Does this flow match the expression? A condition on what is not known does not hold; its negation
 * does only where the condition is on owner, cgroup or namespace. Or: could it match, once all is known?
 * Pure. */
#include <string.h>
#include <sys/socket.h>

#include "filter/expression.h"
#include "base/address.h"
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
	case COMPARE_NE:
		return left != right;
	default:
		return left == right;
	}
}

/* An age that is only known to be this or more can prove `>` and `>=`, and disprove `<` and `<=`. */
static bool is_age_unknown(const struct node *node, const struct filter_subject *subject)
{
	bool holds = compare_holds(subject->age_ns, node->compare, node->number);

	if (subject->age_ns == UINT64_MAX || !subject->age_at_least)
		return subject->age_ns == UINT64_MAX;
	switch (node->compare) {
	case COMPARE_GT:
	case COMPARE_GE:
		return !holds;
	case COMPARE_LT:
	case COMPARE_LE:
		return holds;
	default:
		return true;
	}
}

/* What is not known proves nothing: neither a condition nor its negation. */
static bool is_unknown(const struct node *node, const struct filter_subject *subject)
{
	switch (node->type) {
	case NODE_VALUE:
		return !subject->values || subject->values[node->sides] == FILTER_UNKNOWN;
	case NODE_AGE:
		return is_age_unknown(node, subject);
	case NODE_DEVICE:
		return !(subject->knows & FILTER_KNOWS_DEVICE);
	case NODE_MARK:
		return !(subject->knows & FILTER_KNOWS_MARK);
	case NODE_AUTOBOUND:
		return !(subject->knows & FILTER_KNOWS_AUTOBOUND);
	default:
		return false;
	}
}

static bool path_matches(const struct node *node, const struct filter_subject *subject)
{
	const char *path = node->sides & SIDE_LOCAL ? subject->path : subject->peer_path;

	return subject->flow->family == AF_UNIX && match_glob(node->text, path ? path : "");
}

static bool device_matches(const struct node *node, const struct filter_subject *subject)
{
	return subject->device && !strcmp(subject->device, node->text);
}

/* Do the first `bits` bits agree? */
static bool match_prefix(const uint8_t addr[16], const uint8_t prefix[16], unsigned int bits)
{
	unsigned int bytes = bits / 8, rest = bits % 8;

	return !memcmp(addr, prefix, bytes) &&
	       (!rest || !((addr[bytes] ^ prefix[bytes]) >> (8 - rest)));
}

static bool has_ends(const struct flow *flow)
{
	return flow->family == AF_INET || flow->family == AF_INET6;
}

static bool host_matches(const struct node *node, const struct flow *flow)
{
	const struct endpoint *end = node->sides & SIDE_LOCAL ? &flow->local : &flow->remote;

	if ((node->v6 && flow->family != AF_INET6) ||
	    (node->family && flow->family != node->family))
		return false;
	return has_ends(flow) && match_prefix(end->addr, node->addr, node->bits);
}

static bool port_matches(const struct node *node, const struct flow *flow)
{
	if (!has_ends(flow) || (node->family && flow->family != node->family))
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
static bool comm_matches(const struct node *node, const char *comm)
{
	if (strlen(node->text) > COMM_LENGTH && !strpbrk(node->text, "*?"))
		return strlen(comm) == COMM_LENGTH && !strncmp(node->text, comm, COMM_LENGTH);
	return match_glob(node->text, comm);
}

static bool process_matches(const struct node *node, uint32_t pid, uint32_t uid, const char *comm)
{
	if (node->type == NODE_COMM)
		return comm_matches(node, comm);
	return compare_holds(node->type == NODE_PID ? pid : uid, node->compare, node->number);
}

/* A socket has a user without an owner, too. */
static bool owner_matches(const struct node *node, const struct filter_subject *subject)
{
	const struct flow *flow = subject->flow;
	bool holds = (flow->owner || node->type == NODE_UID) &&
		     process_matches(node, flow->pid, flow->uid, flow->comm);

	for (size_t i = 0; !holds && i < subject->owner_count; i++) {
		const struct connection_owner *owner = &subject->owners[i];

		holds = process_matches(node, owner->pid, owner->uid, owner->comm);
	}
	return holds;
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
	case NODE_COMM:
	case NODE_UID:
		return owner_matches(node, subject);
	case NODE_NETNS:
		return flow->netns && compare_holds(flow->netns, node->compare, node->number);
	case NODE_CGROUP:
		return cgroup_matches(node, subject->cgroup);
	case NODE_AGE:
		return compare_holds(subject->age_ns, node->compare, node->number);
	case NODE_DEVICE:
		return device_matches(node, subject);
	case NODE_MARK:
		return (subject->mark & node->mask) == (node->mark & node->mask);
	case NODE_VALUE:
		return compare_holds(subject->values[node->sides], node->compare, node->number);
	case NODE_PATH:
		return path_matches(node, subject);
	case NODE_AUTOBOUND:
		return subject->autobound;
	default:
		return false;
	}
}

/* ---------------------------------------------------------------- what is not known yet */

static bool has_address(const struct endpoint *end)
{
	return !address_is_any(end->addr);
}

/* A socket's own port and address may come later than its peer's. */
static bool may_change(const struct node *node, const struct filter_subject *subject)
{
	const struct flow *flow = subject->flow;

	switch (node->type) {
	case NODE_HOST:
		return !flow->family || (node->sides & SIDE_LOCAL && !has_address(&flow->local));
	case NODE_PORT:
		return !flow->family || (node->sides & SIDE_LOCAL && !flow->local.port);
	case NODE_PID:
	case NODE_COMM:
	case NODE_UID:
		return !flow->owner;
	case NODE_NETNS:
		return !flow->netns;
	case NODE_CGROUP:
		return !subject->cgroup;
	default:
		return false;
	}
}

/* ---------------------------------------------------------------- the expression */

enum answer {
	NO,
	MAYBE,
	YES,
};

static enum answer ask_condition(const struct node *node, const struct filter_subject *subject,
				 bool later)
{
	if (is_unknown(node, subject) || (later && may_change(node, subject)))
		return MAYBE;
	return condition_holds(node, subject) != node->negated ? YES : NO;
}

/* Recursion is as deep as parentheses were nested: DEPTH_MAX and the two levels of each. */
static enum answer ask(const struct filter *filter, const struct node *node,
		       const struct filter_subject *subject, bool later)
{
	bool any = node->type == NODE_ANY;
	enum answer best = any ? NO : YES;

	if (!any && node->type != NODE_ALL)
		return ask_condition(node, subject, later);
	for (uint16_t child = node->first; child; child = filter->nodes[child].next) {
		enum answer answer = ask(filter, &filter->nodes[child], subject, later);

		if (any ? answer > best : answer < best)
			best = answer;
		if (best == (any ? YES : NO))
			break;
	}
	return node->negated ? (enum answer)(YES - best) : best;
}

bool filter_match(const struct filter *filter, const struct filter_subject *subject)
{
	return !filter->root || ask(filter, &filter->nodes[filter->root], subject, false) == YES;
}

bool filter_may_match(const struct filter *filter, const struct filter_subject *subject)
{
	return !filter->root || ask(filter, &filter->nodes[filter->root], subject, true) != NO;
}
