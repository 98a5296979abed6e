/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The routes and rules of this thread's network namespace that refuse, kept for a while. */
#include "netlink/refusals.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/format.h"
#include "base/list_grow.h"
#include "netlink/ask.h"

#define KEPT_MAX 16   /* dumps: family times type, of a few namespaces */
#define TIME_SHARE 50 /* a dump is made anew after so many times the time that it took */
#define TRIES_MAX 3   /* while somebody changes the table during the dump */
#define TYPE_RULES 0  /* beside RTN_* (RTN_UNSPEC is no type of a route) */

struct prefix {
	uint8_t addr[16];
	uint8_t bits;
};

/* One dump. */
struct kept {
	uint64_t netns; /* inode; 0: unused */
	uint64_t read_ns, until_ns;
	uint8_t family, type; /* RTN_*, TYPE_RULES */
	bool whole;
	struct refusing_rules rules;
	struct prefix *list;
	size_t count, room;
};

static struct kept kept_dumps[KEPT_MAX];

static size_t size_of(uint8_t family)
{
	return family == AF_INET ? 4 : 16;
}

/* ---------------------------------------------------------------- the dump */

static int keep(struct kept *kept, const struct prefix *prefix)
{
	if (kept->count >= REFUSALS_MAX)
		return -E2BIG;
	if (LIST_GROW(kept->list, kept->count, kept->room))
		return -ENOMEM;
	kept->list[kept->count++] = *prefix;
	return 0;
}

static int on_route(void *context, const struct nlmsghdr *message)
{
	struct kept *kept = context;
	const struct rtmsg *route = netlink_fixed(message, sizeof(*route));
	size_t size = size_of(kept->family);
	struct prefix prefix = {};
	const void *addr;

	if (!route || message->nlmsg_type != RTM_NEWROUTE || route->rtm_type != kept->type ||
	    route->rtm_family != kept->family || route->rtm_dst_len > size * 8)
		return 0;
	addr = netlink_attribute(message, sizeof(*route), RTA_DST, size);
	if (addr) /* else the default route */
		memcpy(prefix.addr, addr, size);
	prefix.bits = route->rtm_dst_len;
	return keep(kept, &prefix);
}

static int on_rule(void *context, const struct nlmsghdr *message)
{
	struct kept *kept = context;
	const struct fib_rule_hdr *rule = netlink_fixed(message, sizeof(*rule));

	if (!rule || message->nlmsg_type != RTM_NEWRULE || rule->family != kept->family)
		return 0;
	kept->rules.prohibit |= rule->action == FR_ACT_PROHIBIT;
	kept->rules.unreachable |= rule->action == FR_ACT_UNREACHABLE;
	kept->rules.blackhole |= rule->action == FR_ACT_BLACKHOLE;
	kept->rules.other_tables |= rule->action == FR_ACT_TO_TBL && rule->table < RT_TABLE_DEFAULT;
	return 0;
}

static int dump_once(struct kept *kept)
{
	const struct fib_rule_hdr rules = {.family = kept->family};
	const struct rtmsg routes = {.rtm_family = kept->family, .rtm_type = kept->type};
	struct netlink_question question;

	kept->count = 0;
	kept->rules = (struct refusing_rules){};
	if (kept->type == TYPE_RULES)
		netlink_question_init(&question, RTM_GETRULE, NLM_F_DUMP, &rules, sizeof(rules));
	else
		netlink_question_init(&question, RTM_GETROUTE, NLM_F_DUMP, &routes, sizeof(routes));
	return netlink_ask(NETLINK_ROUTE, &question, kept->type == TYPE_RULES ? on_rule : on_route,
			   kept);
}

static void dump(struct kept *kept)
{
	uint64_t before_ns = clock_monotonic_ns();
	int err = -EAGAIN;

	for (int i = 0; err == -EAGAIN && i < TRIES_MAX; i++)
		err = dump_once(kept);
	kept->whole = !err;
	kept->read_ns = clock_monotonic_ns();
	kept->until_ns = kept->read_ns + (kept->read_ns - before_ns) * TIME_SHARE;
}

/* ---------------------------------------------------------------- those kept */

static struct kept *slot_of(uint64_t netns, uint8_t family, uint8_t type)
{
	struct kept *oldest = kept_dumps;

	for (struct kept *kept = kept_dumps; kept < kept_dumps + KEPT_MAX; kept++) {
		if (kept->netns == netns && kept->family == family && kept->type == type)
			return kept;
		if (kept->read_ns < oldest->read_ns)
			oldest = kept;
	}
	free(oldest->list);
	*oldest = (struct kept){.netns = netns, .family = family, .type = type};
	return oldest;
}

static const struct kept *kept_of_type(uint8_t family, uint8_t type)
{
	struct stat own;
	struct kept *kept;

	if (stat("/proc/thread-self/ns/net", &own))
		return NULL;
	kept = slot_of(own.st_ino, family, type);
	if (clock_monotonic_ns() >= kept->until_ns)
		dump(kept);
	return kept;
}

static bool covers(const struct prefix *prefix, const uint8_t *addr)
{
	unsigned int bytes = prefix->bits / 8, rest = prefix->bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	if (memcmp(prefix->addr, addr, bytes))
		return false;
	return !rest || (prefix->addr[bytes] & mask) == (addr[bytes] & mask);
}

static const struct prefix *longest(const struct kept *kept, const uint8_t *addr)
{
	const struct prefix *best = NULL;

	for (size_t i = 0; i < kept->count; i++) {
		const struct prefix *at = &kept->list[i];

		if ((!best || at->bits > best->bits) && covers(at, addr))
			best = at;
	}
	return best;
}

uint8_t refusal_covers(uint8_t family, const uint8_t *addr, uint8_t type)
{
	const struct kept *kept = kept_of_type(family, type);

	if (kept && longest(kept, addr))
		return STALL_KNOWN_YES;
	return kept && kept->whole ? STALL_KNOWN_NO : STALL_NOT_KNOWN;
}

bool refusal_name(uint8_t family, const uint8_t *addr, uint8_t type, char *text, size_t size)
{
	static const char *const words[] = {[RTN_BLACKHOLE] = "blackhole",
					    [RTN_UNREACHABLE] = "unreachable",
					    [RTN_PROHIBIT] = "prohibit"};
	const struct kept *kept = kept_of_type(family, type);
	const struct prefix *best = kept && kept->whole ? longest(kept, addr) : NULL;
	char prefix[FORMAT_IP6_MAX + 1];

	if (!best || type >= ARRAY_SIZE(words) || !words[type])
		return false;
	*(family == AF_INET ? format_ip4(prefix, best->addr) : format_ip6(prefix, best->addr)) =
		'\0';
	snprintf(text, size, "%s %s/%u", words[type], prefix, best->bits);
	return true;
}

bool refusing_rules(uint8_t family, struct refusing_rules *ret_rules)
{
	const struct kept *kept = kept_of_type(family, TYPE_RULES);

	*ret_rules = kept ? kept->rules : (struct refusing_rules){};
	return kept && kept->whole;
}
