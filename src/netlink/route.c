/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Routes to an address, and the neighbour that they lead to. */
#include "netlink/route.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/format.h"
#include "netlink/ask.h"

#define MAPPED_SIZE 12 /* ::ffff: in front of an IPv4 address */

struct ends {
	uint8_t family;
	size_t size;
	const uint8_t *addr;
};

static struct ends ends_of(const struct endpoint *end)
{
	if (endpoint_is_v4(end))
		return (struct ends){AF_INET, 4, end->addr + MAPPED_SIZE};
	return (struct ends){AF_INET6, 16, end->addr};
}

static void set_address(struct endpoint *to, uint8_t family, const void *addr)
{
	memset(to, 0, sizeof(*to));
	if (family == AF_INET) {
		memset(to->addr + 10, 0xff, 2);
		memcpy(to->addr + MAPPED_SIZE, addr, 4);
	} else {
		memcpy(to->addr, addr, 16);
	}
}

static void take_route(void *context, const struct nlmsghdr *message)
{
	struct route_answer *answer = context;
	const struct rtmsg *route = NLMSG_DATA(message);
	const uint32_t *ifindex =
		netlink_attribute(message, sizeof(*route), RTA_OIF, sizeof(*ifindex));
	const void *gateway;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*route)))
		return;
	gateway = netlink_attribute(message, sizeof(*route), RTA_GATEWAY,
				    route->rtm_family == AF_INET ? 4 : 16);
	answer->route = STALL_ROUTE_FOUND;
	answer->local = route->rtm_type == RTN_LOCAL;
	if (ifindex)
		answer->ifindex = *ifindex;
	if (gateway)
		set_address(&answer->next_hop, route->rtm_family, gateway);
	switch (route->rtm_type) { /* IPv6 may answer with the refusing route itself */
	case RTN_BLACKHOLE:
		answer->route = STALL_ROUTE_BLACKHOLE;
		break;
	case RTN_UNREACHABLE:
		answer->route = STALL_ROUTE_UNREACHABLE;
		break;
	case RTN_PROHIBIT:
		answer->route = STALL_ROUTE_PROHIBIT;
		break;
	}
}

static uint8_t route_of_error(int err)
{
	switch (err) {
	case -ENETUNREACH:
		return STALL_ROUTE_NONE;
	case -EHOSTUNREACH:
		return STALL_ROUTE_UNREACHABLE;
	case -EACCES:
		return STALL_ROUTE_PROHIBIT;
	case -EINVAL:
		return STALL_ROUTE_BLACKHOLE;
	default:
		return STALL_ROUTE_UNKNOWN;
	}
}

/* ---------------------------------------------------------------- the route that refuses */

struct refusal {
	struct ends ends;
	uint8_t type; /* RTN_* */
	uint8_t best; /* prefix length + 1; 0: none yet */
	char *text;
	size_t size;
};

static bool covers(const uint8_t *prefix, unsigned int bits, const uint8_t *addr)
{
	unsigned int bytes = bits / 8, rest = bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	if (memcmp(prefix, addr, bytes))
		return false;
	return !rest || (prefix[bytes] & mask) == (addr[bytes] & mask);
}

static void take_refusal(void *context, const struct nlmsghdr *message)
{
	static const char *const words[] = {[RTN_BLACKHOLE] = "blackhole",
					    [RTN_UNREACHABLE] = "unreachable",
					    [RTN_PROHIBIT] = "prohibit"};
	struct refusal *refusal = context;
	const struct rtmsg *route = NLMSG_DATA(message);
	static const uint8_t any[16];
	const uint8_t *prefix;
	char text[FORMAT_IP6_MAX + 1];

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*route)) || route->rtm_type != refusal->type ||
	    route->rtm_family != refusal->ends.family ||
	    route->rtm_dst_len > refusal->ends.size * 8 || route->rtm_dst_len + 1 <= refusal->best)
		return;
	prefix = netlink_attribute(message, sizeof(*route), RTA_DST, refusal->ends.size);
	if (!prefix)
		prefix = any;
	if (!covers(prefix, route->rtm_dst_len, refusal->ends.addr))
		return;
	*(refusal->ends.family == AF_INET ? format_ip4(text, prefix) : format_ip6(text, prefix)) =
		'\0';
	snprintf(refusal->text, refusal->size, "%s %s/%u", words[route->rtm_type], text,
		 route->rtm_dst_len);
	refusal->best = route->rtm_dst_len + 1;
}

static void name_refusal(const struct ends *ends, struct route_answer *answer)
{
	static const uint8_t types[] = {[STALL_ROUTE_UNREACHABLE] = RTN_UNREACHABLE,
					[STALL_ROUTE_PROHIBIT] = RTN_PROHIBIT,
					[STALL_ROUTE_BLACKHOLE] = RTN_BLACKHOLE};
	struct refusal refusal = {
		.ends = *ends, .text = answer->text, .size = sizeof(answer->text)};
	struct netlink_question question;
	struct rtmsg all = {.rtm_family = ends->family};

	if (answer->route >= ARRAY_SIZE(types) || !types[answer->route])
		return;
	refusal.type = types[answer->route];
	netlink_question_init(&question, RTM_GETROUTE, NLM_F_DUMP, &all, sizeof(all));
	netlink_ask(&question, take_refusal, &refusal);
}

/* ---------------------------------------------------------------- rules */

struct rule_search {
	uint8_t family;
	bool prohibits, other_tables;
};

static void take_rule(void *context, const struct nlmsghdr *message)
{
	struct rule_search *search = context;
	const struct fib_rule_hdr *rule = NLMSG_DATA(message);

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*rule)) || rule->family != search->family)
		return;
	search->prohibits |= rule->action == FR_ACT_PROHIBIT;
	search->other_tables |= rule->action == FR_ACT_TO_TBL && rule->table < RT_TABLE_DEFAULT;
}

bool route_prohibits_some(const struct endpoint *remote)
{
	struct ends ends = ends_of(remote);
	struct rule_search search = {.family = ends.family};
	struct fib_rule_hdr all = {.family = ends.family};
	struct route_answer answer = {.route = STALL_ROUTE_PROHIBIT};
	struct netlink_question question;

	netlink_question_init(&question, RTM_GETRULE, NLM_F_DUMP, &all, sizeof(all));
	netlink_ask(&question, take_rule, &search);
	if (!search.prohibits && search.other_tables)
		name_refusal(&ends, &answer);
	return search.prohibits || answer.text[0];
}

int route_ask(const struct endpoint *remote, uint32_t uid, struct route_answer *ret_answer)
{
	struct ends ends = ends_of(remote);
	struct rtmsg route = {.rtm_family = ends.family,
			      .rtm_dst_len = (unsigned char)(ends.size * 8)};
	struct route_answer answer = {.next_hop = *remote};
	struct netlink_question question;
	int err;

	netlink_question_init(&question, RTM_GETROUTE, 0, &route, sizeof(route));
	netlink_question_add(&question, RTA_DST, ends.addr, ends.size);
	netlink_question_add(&question, RTA_UID, &uid, sizeof(uid));
	err = netlink_ask(&question, take_route, &answer);
	if (err)
		answer.route = route_of_error(err);
	if (answer.route == STALL_ROUTE_UNKNOWN)
		return err ? err : -EPROTO;
	if (answer.ifindex && !if_indextoname(answer.ifindex, answer.device))
		answer.device[0] = '\0';
	name_refusal(&ends, &answer);
	*ret_answer = answer;
	return 0;
}

/* ---------------------------------------------------------------- neighbours */

struct neighbour_search {
	struct ends ends;
	uint32_t ifindex;
	uint8_t state; /* enum stall_neighbour */
};

static void take_neighbour(void *context, const struct nlmsghdr *message)
{
	struct neighbour_search *search = context;
	const struct ndmsg *entry = NLMSG_DATA(message);
	const uint8_t *addr =
		netlink_attribute(message, sizeof(*entry), NDA_DST, search->ends.size);

	if (!addr || message->nlmsg_len < NLMSG_LENGTH(sizeof(*entry)) ||
	    entry->ndm_family != search->ends.family ||
	    (uint32_t)entry->ndm_ifindex != search->ifindex ||
	    memcmp(addr, search->ends.addr, search->ends.size))
		return;
	if (entry->ndm_state & NUD_FAILED)
		search->state = STALL_NEIGHBOUR_FAILED;
	else if (entry->ndm_state & NUD_INCOMPLETE)
		search->state = STALL_NEIGHBOUR_INCOMPLETE;
	else
		search->state = STALL_NEIGHBOUR_GOOD;
}

uint8_t neighbour_ask(uint32_t ifindex, const struct endpoint *address)
{
	struct neighbour_search search = {.ends = ends_of(address), .ifindex = ifindex};
	struct ndmsg entry = {.ndm_family = search.ends.family, .ndm_ifindex = (int)ifindex};
	struct netlink_question question;

	/* the single question (from 5.0 on) needs no dump of a table that may have thousands of
	 * rows */
	netlink_question_init(&question, RTM_GETNEIGH, 0, &entry, sizeof(entry));
	netlink_question_add(&question, NDA_DST, search.ends.addr, search.ends.size);
	netlink_ask(&question, take_neighbour, &search);
	return search.state;
}
