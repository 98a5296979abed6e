/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions to a namespace about an address and a device of its own -> evidence. */
#include "evidence/local_end.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "netlink/address.h"
#include "netlink/link.h"

#define KEEP_NS 500000000u

/* An address of its own is one that packets for it are delivered for (AnyIP, too). */
static void collect_source(struct evidence_sources *sources, const struct endpoint *source,
			   struct stall *stall)
{
	struct route_question question = {.to = *source};
	struct route_answer answer;

	question.to.port = 0;
	stall->source_present = STALL_NOT_KNOWN;
	if (path_ask_route(sources, stall->flow.netns, &question, &answer))
		stall->source_present = answer.local ? STALL_KNOWN_YES : STALL_KNOWN_NO;
}

bool local_end_ask_device(struct evidence_sources *sources, uint32_t netns, uint32_t ifindex,
			  struct link_answer *ret_answer)
{
	const struct question question = {.netns = netns, .ifindex = ifindex};
	uint64_t now = clock_monotonic_ns();
	const struct link_answer *known =
		question_cache_find(&sources->devices, &question, now, KEEP_NS);
	struct link_answer answer = {};
	int err;

	if (known) {
		*ret_answer = *known;
		return true;
	}
	if (netns_switch_enter(&sources->netns, netns))
		return false;
	err = link_ask(ifindex, &answer);
	netns_switch_leave(&sources->netns);
	if (err)
		return false;
	question_cache_store(&sources->devices, &question, now, &answer);
	*ret_answer = answer;
	return true;
}

static void collect_device(struct evidence_sources *sources, uint32_t ifindex, struct stall *stall)
{
	struct link_answer device;

	if (!local_end_ask_device(sources, stall->flow.netns, ifindex, &device))
		return;
	if (device.name[0])
		snprintf(stall->device, sizeof(stall->device), "%s", device.name);
	stall->device_up = device.up;
	stall->device_carrier = device.carrier;
}

/* Its last route is gone: so may be the device, or it is down. */
void local_end_collect_used(struct evidence_sources *sources, struct stall *stall)
{
	struct link_answer device = {};
	int err;

	stall->used.up = stall->used.there = STALL_NOT_KNOWN;
	if (!stall->used.ifindex || netns_switch_enter(&sources->netns, stall->flow.netns))
		return;
	err = link_ask(stall->used.ifindex, &device);
	netns_switch_leave(&sources->netns);
	if (err == -ENODEV)
		stall->used.there = STALL_KNOWN_NO;
	if (err)
		return;
	stall->used.there = STALL_KNOWN_YES;
	stall->used.up = device.up;
	snprintf(stall->used.device, sizeof(stall->used.device), "%s", device.name);
}

static void collect_ipv6(struct evidence_sources *sources, struct stall *stall)
{
	const struct question question = {.netns = stall->flow.netns};
	uint64_t now = clock_monotonic_ns();
	const struct ipv6_addresses *known =
		question_cache_find(&sources->addresses, &question, now, KEEP_NS);
	struct ipv6_addresses answer;
	int err;

	if (!known) {
		if (netns_switch_enter(&sources->netns, question.netns))
			return;
		err = ipv6_addresses_ask(&answer);
		netns_switch_leave(&sources->netns);
		if (err)
			return;
		question_cache_store(&sources->addresses, &question, now, &answer);
		known = &answer;
	}
	stall->ipv6_usable = known->usable ? STALL_KNOWN_YES : STALL_KNOWN_NO;
	stall->ipv6_tentative = known->tentative ? STALL_KNOWN_YES : STALL_KNOWN_NO;
}

void local_end_collect(struct evidence_sources *sources, const struct endpoint *source,
		       const struct route_answer *route, struct stall *stall)
{
	if (source)
		collect_source(sources, source, stall);
	if (route && route->ifindex)
		collect_device(sources, route->ifindex, stall);
	if (!endpoint_is_v4(&stall->flow.remote))
		collect_ipv6(sources, stall);
}
