/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Beginning and end of the sources of evidence. */
#include "evidence/sources.h"

#include <errno.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "diagnosis/tracking.h"
#include "netlink/address.h"
#include "netlink/link.h"
#include "netlink/qdisc.h"
#include "netlink/route.h"
#include "procfs/tun_holders.h"

#define NS_PER_SECOND 1000000000

static int init_caches(struct evidence_sources *sources)
{
	const struct {
		struct question_cache *cache;
		size_t value_size;
	} caches[] = {
		{&sources->routes, sizeof(struct route_answer)},
		{&sources->prohibits, sizeof(uint8_t)},
		{&sources->ipsec, sizeof(uint8_t)},
		{&sources->places, sizeof(struct stall_place)},
		{&sources->queues, sizeof(struct qdisc_answer)},
		{&sources->listeners_elsewhere, sizeof(struct stall_peer)},
		{&sources->policies, sizeof(struct stall_policy)},
		{&sources->neighbours, sizeof(uint8_t)},
		{&sources->ports, sizeof(struct stall_ports)},
		{&sources->devices, sizeof(struct link_answer)},
		{&sources->addresses, sizeof(struct ipv6_addresses)},
		{&sources->conntracks, sizeof(struct tracking_sample)},
		{&sources->programs, sizeof(struct tun_holder)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(caches); i++) {
		if (question_cache_init(caches[i].cache, caches[i].value_size))
			return -ENOMEM;
	}
	return 0;
}

int evidence_sources_init(struct evidence_sources *sources)
{
	struct timespec tick;
	int err = init_caches(sources);

	if (!err)
		err = recent_new(&sources->recent);
	if (!err)
		err = netns_switch_init(&sources->netns, sources->socket_reader);
	if (err)
		return err;
	clock_getres(CLOCK_MONOTONIC_COARSE, &tick); /* a jiffy */
	sources->arming.hooks = sources->hooks;
	sources->kernel = (struct stall_kernel){
		.polled = sources->polled != NULL,
		.begin_ns = clock_monotonic_ns(),
		.hz = (uint32_t)(NS_PER_SECOND / tick.tv_nsec),
		.senses = *stall_hooks_senses(sources->hooks),
		.drop_reason = stall_hooks_drop_reason,
		.reset_reason = stall_hooks_reset_reason,
		.context = sources->hooks,
	};
	return 0;
}

void evidence_sources_release(struct evidence_sources *sources)
{
	rule_traces_release(&sources->rule_traces);
	polled_free(sources->polled);
	stall_hooks_free(sources->hooks);
	tracer_free(sources->tracer);
	recent_free(sources->recent);
	netns_switch_release(&sources->netns);
	listener_snapshots_release(&sources->listeners);
	socket_reader_free(sources->socket_reader);
	question_cache_release(&sources->routes);
	question_cache_release(&sources->prohibits);
	question_cache_release(&sources->ipsec);
	question_cache_release(&sources->places);
	question_cache_release(&sources->queues);
	question_cache_release(&sources->listeners_elsewhere);
	question_cache_release(&sources->policies);
	question_cache_release(&sources->neighbours);
	question_cache_release(&sources->ports);
	question_cache_release(&sources->devices);
	question_cache_release(&sources->addresses);
	question_cache_release(&sources->conntracks);
	question_cache_release(&sources->programs);
}
