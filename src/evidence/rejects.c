/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The namespaces of this host on the route of a connect -> their rules that reject with a reset. */
#include "evidence/rejects.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "evidence/legacy_rejects.h"
#include "evidence/path.h"
#include "evidence/places.h"
#include "netlink/nft_rejects.h"

#define HOPS_MAX 8
#define SHARE 20
#define PAUSE_MAX_NS 1000000000u
#define KEEP_NS 500000000u /* rules may come and go */

static void note_rules(struct stall_reject *reject, uint32_t netns, bool last, unsigned int count,
		       const struct nft_reject_rule *rule)
{
	reject->rules += count;
	if (!count || reject->netns)
		return;
	reject->netns = netns;
	reject->at_destination = last;
	reject->family = rule->family;
	reject->handle = rule->handle;
	snprintf(reject->table, sizeof(reject->table), "%s", rule->table);
	snprintf(reject->chain, sizeof(reject->chain), "%s", rule->chain);
}

/* Of one namespace; false where it cannot be asked. */
static bool ask_rules(struct evidence_sources *sources, uint32_t netns, bool ipv6, bool last,
		      struct stall_reject *reject)
{
	struct nft_reject_rule rule, legacy_rule;
	unsigned int count = 0, legacy_count = 0;
	int err, legacy_err;

	if (netns_switch_enter(&sources->netns, netns))
		return false;
	err = nft_rejects_ask(ipv6, &count, &rule);
	legacy_err = legacy_rejects_ask(ipv6, &legacy_count, &legacy_rule);
	netns_switch_leave(&sources->netns);
	if (!err)
		note_rules(reject, netns, last, count, &rule);
	reject->legacy |= !legacy_err && legacy_count && !reject->netns;
	if (!legacy_err)
		note_rules(reject, netns, last, legacy_count, &legacy_rule);
	return !err && !legacy_err;
}

/* From hop to hop, as long as each is an address of one namespace of this host. */
static void follow(struct evidence_sources *sources, const struct route_answer *route,
		   const struct stall *stall, struct stall_reject *reject)
{
	bool ipv6 = !endpoint_is_v4(&stall->flow.remote);
	struct route_question question = {.to = stall->flow.remote};
	struct route_answer here = *route;
	uint32_t netns = stall->flow.netns;

	question.to.port = 0;
	reject->asked = ask_rules(sources, netns, ipv6, here.local, reject);
	for (int i = 0; i < HOPS_MAX && !here.local && here.route == STALL_ROUTE_FOUND; i++) {
		struct stall_place place = {};

		places_find(sources, netns, &here.next_hop, &place);
		if (!place.netns)
			return;
		netns = place.netns;
		if (!path_ask_route(sources, netns, &question, &here))
			return;
		reject->asked &= ask_rules(sources, netns, ipv6, here.local, reject);
	}
	reject->whole = here.local;
}

static bool same_route(const struct stall_reject *reject, const struct stall *stall)
{
	return reject->route_netns == stall->flow.netns &&
	       !memcmp(reject->to.addr, stall->flow.remote.addr, sizeof(reject->to.addr));
}

static void pause_from(struct evidence_sources *sources, uint64_t begin)
{
	uint64_t took = clock_monotonic_ns() - begin;

	sources->reject_ns = begin + (took * SHARE < PAUSE_MAX_NS ? took * SHARE : PAUSE_MAX_NS);
}

void rejects_collect(struct evidence_sources *sources, const struct route_answer *route,
		     struct stall *stall)
{
	uint64_t begin = clock_monotonic_ns();
	struct stall_reject reject = {.route_netns = stall->flow.netns, .to = stall->flow.remote};

	if (same_route(&sources->reject, stall) && begin < sources->reject_asked_ns + KEEP_NS) {
		stall->reject = sources->reject;
		return;
	}
	if (begin < sources->reject_ns)
		return;
	follow(sources, route, stall, &reject);
	pause_from(sources, begin);
	sources->reject = reject;
	sources->reject_asked_ns = begin;
	stall->reject = reject;
}

void rejects_collect_own(struct evidence_sources *sources, struct stall *stall)
{
	uint64_t begin = clock_monotonic_ns();
	struct stall_reject reject = {.route_netns = stall->flow.netns, .to = stall->flow.remote};

	if (begin < sources->reject_ns)
		return;
	reject.asked = ask_rules(sources, stall->flow.netns, !endpoint_is_v4(&stall->flow.remote),
				 false, &reject);
	pause_from(sources, begin);
	stall->reject = reject;
}
