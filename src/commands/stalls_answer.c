/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions to the routing tables, and answers kept for a moment: many connects that hang, or a
 * storm of failures, do not ask the kernel the same for each. */
#include <string.h>

#include "base/clock.h"
#include "commands/stalls.h"

static uint32_t hash_of(uint32_t netns, uint32_t asker, const struct endpoint *end)
{
	uint32_t hash = (netns * 31 + asker) * 31 + end->port, words[4];

	memcpy(words, end->addr, sizeof(words));
	for (int i = 0; i < 4; i++)
		hash = (hash ^ words[i]) * 0x9e3779b1u;
	return hash;
}

static bool is_about(const struct stalls_answer *answer, uint32_t netns, uint32_t asker,
		     const struct endpoint *end)
{
	return answer->at_ns && answer->netns == netns && answer->asker == asker &&
	       answer->end.port == end->port &&
	       !memcmp(answer->end.addr, end->addr, sizeof(end->addr));
}

struct stalls_answer *stalls_answer(struct stalls_answer *answers, uint64_t keep_ns, uint32_t netns,
				    uint32_t asker, const struct endpoint *end, bool *ret_fresh)
{
	uint64_t now = clock_monotonic_ns();
	struct stalls_answer *answer = &answers[hash_of(netns, asker, end) >> 22];

	*ret_fresh = is_about(answer, netns, asker, end) && now - answer->at_ns < keep_ns;
	if (!*ret_fresh)
		*answer = (struct stalls_answer){
			.at_ns = now, .netns = netns, .asker = asker, .end = *end};
	return answer;
}

_Static_assert(STALLS_ANSWERS == 1 << (32 - 22), "the upper bits are a slot");

/* The address decides the route; the port is left out of the question. */
bool stalls_ask_route(struct stalls *stalls, uint32_t netns, uint32_t uid,
		      const struct endpoint *remote, struct route_answer *ret_answer)
{
	struct endpoint end = *remote;
	struct stalls_answer *kept;
	bool fresh;

	end.port = 0;
	kept = stalls_answer(stalls->routes, STALLS_ANSWER_NS, netns, uid, &end, &fresh);
	if (!fresh) {
		if (netns_switch_enter(&stalls->netns, netns))
			return false;
		if (route_ask(remote, uid, &kept->route))
			kept->route = (struct route_answer){.route = STALL_ROUTE_UNKNOWN};
		netns_switch_leave(&stalls->netns);
	}
	*ret_answer = kept->route;
	return kept->route.route != STALL_ROUTE_UNKNOWN;
}

bool stalls_ask_prohibits_some(struct stalls *stalls, uint32_t netns, const struct endpoint *remote)
{
	struct endpoint end = *remote;
	struct stalls_answer *kept;
	bool fresh;

	end.port = 0;
	kept = stalls_answer(stalls->prohibits, STALLS_ANSWER_NS, netns, 0, &end, &fresh);
	if (!fresh) {
		if (netns_switch_enter(&stalls->netns, netns))
			return true; /* not known */
		kept->prohibits = route_prohibits_some(remote);
		netns_switch_leave(&stalls->netns);
	}
	return kept->prohibits;
}

uint8_t stalls_ask_neighbour(struct stalls *stalls, uint32_t netns,
			     const struct route_answer *route)
{
	struct endpoint hop = route->next_hop;
	struct stalls_answer *kept;
	bool fresh;

	hop.port = 0;
	kept = stalls_answer(stalls->neighbours, STALLS_SIGHT_NS, netns, route->ifindex, &hop,
			     &fresh);
	if (fresh || netns_switch_enter(&stalls->netns, netns))
		return kept->neighbour;
	kept->neighbour = neighbour_ask(route->ifindex, &hop);
	netns_switch_leave(&stalls->netns);
	return kept->neighbour;
}
