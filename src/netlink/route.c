/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Routes to an address, and the neighbour that they lead to. */
#include "netlink/route.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "netlink/ask.h"
#include "netlink/refusals.h"

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

static int take_route(void *context, const struct nlmsghdr *message)
{
	struct route_answer *answer = context;
	const struct rtmsg *route = netlink_fixed(message, sizeof(*route));
	const uint32_t *ifindex;
	const void *gateway;

	if (!route || message->nlmsg_type != RTM_NEWROUTE)
		return -EPROTO;
	ifindex = netlink_attribute(message, sizeof(*route), RTA_OIF, sizeof(*ifindex));
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

bool route_prohibits_some(const struct endpoint *remote)
{
	struct ends ends = ends_of(remote);
	struct refusing_rules rules = refusing_rules(ends.family);

	return rules.prohibit ||
	       (rules.other_tables && refusal_may_cover(ends.family, ends.addr, RTN_PROHIBIT));
}

/* ---------------------------------------------------------------- the route */

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
	err = netlink_ask(NETLINK_ROUTE, &question, take_route, &answer);
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

static int take_neighbour(void *context, const struct nlmsghdr *message)
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

uint8_t neighbour_ask(uint32_t ifindex, const struct endpoint *address)
{
	struct neighbour_search search = {.ends = ends_of(address), .ifindex = ifindex};
	struct ndmsg entry = {.ndm_family = search.ends.family, .ndm_ifindex = (int)ifindex};
	struct netlink_question question;

	/* the single question (from 5.0 on) needs no dump of a table that may have thousands of
	 * rows */
	netlink_question_init(&question, RTM_GETNEIGH, 0, &entry, sizeof(entry));
	netlink_question_add(&question, NDA_DST, search.ends.addr, search.ends.size);
	netlink_ask(NETLINK_ROUTE, &question, take_neighbour, &search);
	return search.state;
}
