/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Routes to an address, and the neighbour that they lead to. */
#include "netlink/route.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "netlink/ask.h"
#include "netlink/refusals.h"
#include "netlink/rule.h"

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

static int on_route(void *context, const struct nlmsghdr *message)
{
	struct route_answer *answer = context;
	const struct rtmsg *route = netlink_fixed(message, sizeof(*route));
	const uint32_t *ifindex, *table;
	const void *gateway, *source;

	if (!route || message->nlmsg_type != RTM_NEWROUTE)
		return -EPROTO;
	ifindex = netlink_attribute(message, sizeof(*route), RTA_OIF, sizeof(*ifindex));
	table = netlink_attribute(message, sizeof(*route), RTA_TABLE, sizeof(*table));
	gateway = netlink_attribute(message, sizeof(*route), RTA_GATEWAY,
				    route->rtm_family == AF_INET ? 4 : 16);
	source = netlink_attribute(message, sizeof(*route), RTA_PREFSRC,
				   route->rtm_family == AF_INET ? 4 : 16);
	answer->route = STALL_ROUTE_FOUND;
	answer->local = route->rtm_type == RTN_LOCAL;
	if (ifindex)
		answer->ifindex = *ifindex;
	answer->table = table ? *table : route->rtm_table;
	if (gateway)
		set_address(&answer->next_hop, route->rtm_family, gateway);
	if (source)
		set_address(&answer->source, route->rtm_family, source);
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
	return 0;
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

static void name_refusal(const struct ends *ends, struct route_answer *answer)
{
	static const uint8_t types[] = {[STALL_ROUTE_UNREACHABLE] = RTN_UNREACHABLE,
					[STALL_ROUTE_PROHIBIT] = RTN_PROHIBIT,
					[STALL_ROUTE_BLACKHOLE] = RTN_BLACKHOLE};

	if (answer->route < ARRAY_SIZE(types) && types[answer->route])
		refusal_name(ends->family, ends->addr, types[answer->route], answer->text,
			     sizeof(answer->text));
}

/*
 * A rule that refuses gives the errno of a refusing route, or of none at all (fib4_rule_action(),
 * fib6_rule_action()): where one selects the packet no later table is asked.
 */
static void name_rule(const struct route_question *question, const struct ends *ends,
		      struct route_answer *answer)
{
	struct rule_answer rule;
	struct refusing_rules rules;
	uint8_t action = 0;
	int err;

	refusing_rules(ends->family, &rules);
	if (answer->route == STALL_ROUTE_NONE && rules.unreachable)
		action = FR_ACT_UNREACHABLE;
	else if (answer->route == STALL_ROUTE_PROHIBIT && rules.prohibit)
		action = FR_ACT_PROHIBIT;
	else if (answer->route == STALL_ROUTE_BLACKHOLE && rules.blackhole)
		action = FR_ACT_BLACKHOLE;
	if (!action || answer->text[0])
		return;
	err = rule_refuses(question, action, &rule);
	if (!err) {
		snprintf(answer->text, sizeof(answer->text), "`ip rule` %u (%.40s)", rule.priority,
			 rule.text);
		if (action == FR_ACT_UNREACHABLE)
			answer->route = STALL_ROUTE_UNREACHABLE;
	} else if (err != -ENOENT && action == FR_ACT_UNREACHABLE) {
		answer->route = STALL_ROUTE_UNKNOWN; /* no route, or a rule that refuses */
	}
}

uint8_t route_prohibits_some(const struct endpoint *remote)
{
	struct ends ends = ends_of(remote);
	struct refusing_rules rules;
	bool all = refusing_rules(ends.family, &rules);

	if (rules.prohibit)
		return STALL_KNOWN_YES;
	if (rules.other_tables)
		return refusal_covers(ends.family, ends.addr, RTN_PROHIBIT);
	return all ? STALL_KNOWN_NO : STALL_NOT_KNOWN;
}

/* ---------------------------------------------------------------- the route */

static bool is_bound(const struct endpoint *from)
{
	static const uint8_t none[16];

	return memcmp(from->addr, none, sizeof(none));
}

static void add_ports(struct netlink_question *netlink, const struct route_question *question)
{
	const uint8_t tcp = IPPROTO_TCP;
	const uint16_t from = htons(question->from.port), to = htons(question->to.port);

	if (!question->to.port)
		return;
	netlink_question_add(netlink, RTA_IP_PROTO, &tcp, sizeof(tcp));
	netlink_question_add(netlink, RTA_DPORT, &to, sizeof(to));
	if (question->from.port)
		netlink_question_add(netlink, RTA_SPORT, &from, sizeof(from));
}

static int ask_as(const struct route_question *question, bool bound, struct route_answer *answer)
{
	struct ends to = ends_of(&question->to), from = ends_of(&question->from);
	struct rtmsg route = {.rtm_family = to.family,
			      .rtm_dst_len = (unsigned char)(to.size * 8),
			      /* IPv6 reports the table in any case, and refuses the flag */
			      .rtm_flags = to.family == AF_INET ? RTM_F_LOOKUP_TABLE : 0};
	struct netlink_question netlink;

	bound = bound && from.family == to.family;
	if (bound)
		route.rtm_src_len = (unsigned char)(from.size * 8);
	netlink_question_init(&netlink, RTM_GETROUTE, 0, &route, sizeof(route));
	netlink_question_add(&netlink, RTA_DST, to.addr, to.size);
	netlink_question_add(&netlink, RTA_UID, &question->uid, sizeof(question->uid));
	if (bound)
		netlink_question_add(&netlink, RTA_SRC, from.addr, from.size);
	if (question->ifindex)
		netlink_question_add(&netlink, RTA_OIF, &question->ifindex,
				     sizeof(question->ifindex));
	if (question->mark)
		netlink_question_add(&netlink, RTA_MARK, &question->mark, sizeof(question->mark));
	add_ports(&netlink, question);
	return netlink_ask(NETLINK_ROUTE, &netlink, on_route, answer);
}

/* As for a black hole, IPv4 answers EINVAL for a source that is no address of the namespace, and for one
 * of loopback where the route leads away: __mkroute_output() in net/ipv4/route.c. */
static bool is_foreign(const struct endpoint *source)
{
	struct route_question question = {.to = *source};
	struct ends ends = ends_of(source);
	struct route_answer answer = {};

	question.to.port = 0;
	return ends.family == AF_INET && (*(const uint8_t *)ends.addr == IN_LOOPBACKNET ||
					  ask_as(&question, false, &answer) || !answer.local);
}

int route_ask(const struct route_question *question, struct route_answer *ret_answer)
{
	struct ends ends = ends_of(&question->to);
	struct route_answer answer = {.next_hop = question->to};
	bool bound = is_bound(&question->from);
	int err = ask_as(question, bound, &answer);

	if (err == -EINVAL && bound && is_foreign(&question->from))
		err = ask_as(question, false, &answer);
	if (err)
		answer.route = route_of_error(err);
	if (answer.route == STALL_ROUTE_UNKNOWN)
		return err ? err : -EPROTO;
	answer.next_hop.port = 0;
	if (answer.ifindex && !if_indextoname(answer.ifindex, answer.device))
		answer.device[0] = '\0';
	name_refusal(&ends, &answer);
	name_rule(question, &ends, &answer);
	if (answer.route == STALL_ROUTE_UNKNOWN)
		return -EAGAIN;
	*ret_answer = answer;
	return 0;
}

/* ---------------------------------------------------------------- neighbours */

struct neighbour_search {
	struct ends ends;
	uint32_t ifindex;
	uint8_t state; /* enum stall_neighbour */
};

static int on_neighbour(void *context, const struct nlmsghdr *message)
{
	struct neighbour_search *search = context;
	const struct ndmsg *entry = netlink_fixed(message, sizeof(*entry));
	const uint8_t *addr =
		netlink_attribute(message, sizeof(*entry), NDA_DST, search->ends.size);

	if (!addr || !entry || message->nlmsg_type != RTM_NEWNEIGH ||
	    entry->ndm_family != search->ends.family ||
	    (uint32_t)entry->ndm_ifindex != search->ifindex ||
	    memcmp(addr, search->ends.addr, search->ends.size))
		return 0;
	if (entry->ndm_state & NUD_FAILED)
		search->state = STALL_NEIGHBOUR_FAILED;
	else if (entry->ndm_state & NUD_INCOMPLETE)
		search->state = STALL_NEIGHBOUR_INCOMPLETE;
	else
		search->state = STALL_NEIGHBOUR_GOOD;
	return 0;
}

int neighbour_ask(uint32_t ifindex, const struct endpoint *address, uint8_t *ret_state)
{
	struct neighbour_search search = {.ends = ends_of(address), .ifindex = ifindex};
	struct ndmsg entry = {.ndm_family = search.ends.family, .ndm_ifindex = (int)ifindex};
	struct netlink_question question;
	int err;

	/* the single question (from 5.0 on) needs no dump of a table that may have thousands of
	 * rows */
	netlink_question_init(&question, RTM_GETNEIGH, 0, &entry, sizeof(entry));
	netlink_question_add(&question, NDA_DST, search.ends.addr, search.ends.size);
	err = netlink_ask(NETLINK_ROUTE, &question, on_neighbour, &search);
	if (err && err != -ENOENT)
		return err;
	*ret_state = search.state;
	return 0;
}
