/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is under way -> which costly hooks are attached. */
#include <string.h>
#include <sys/socket.h>

#include "base/say.h"
#include "commands/stalls.h"
#include "netstate/tcp_state.h"

#define HOOKS_STAY_NS 2000000000u /* unused, before they are detached */

void stalls_use_ipv6(struct stalls *stalls, const struct event *event)
{
	static const uint8_t loopback[16] = {[15] = 1};
	const struct endpoint *remote = &event->flow.remote;

	if (!stalls->ipv6_used && event->kind == EVENT_STATE &&
	    event->new_state == TCP_STATE_SYN_SENT && event->flow.family == AF_INET6 &&
	    !endpoint_is_v4(remote) && memcmp(remote->addr, loopback, sizeof(loopback)) &&
	    !stalls_excluded(stalls, &event->flow)) {
		stall_hooks_use_ipv6(stalls->hooks, true);
		stalls->ipv6_ns = event->ktime_ns;
	}
}

/* The hooks on the packet path are there while something is watched, and a little longer. */
static uint64_t keep_armed(struct stalls *stalls, uint64_t now)
{
	bool needed = attempts_need_hooks(stalls->attempts);

	if (needed) {
		stalls->unused_ns = 0;
		if (!stalls->armed && stall_hooks_arm(stalls->hooks, true))
			say("cannot attach kfree_skb; drops on this host will not be seen");
		stalls->armed = true;
		return UINT64_MAX;
	}
	if (!stalls->armed)
		return UINT64_MAX;
	if (!stalls->unused_ns)
		stalls->unused_ns = now;
	if (now < stalls->unused_ns + HOOKS_STAY_NS)
		return stalls->unused_ns + HOOKS_STAY_NS;
	stall_hooks_arm(stalls->hooks, false);
	stalls->armed = false;
	return UINT64_MAX;
}

/* As long as the hooks of those that hang. */
static uint64_t keep_ipv6(struct stalls *stalls, uint64_t now)
{
	if (!stalls->ipv6_ns || stalls->armed)
		return UINT64_MAX;
	if (now < stalls->ipv6_ns + HOOKS_STAY_NS)
		return stalls->ipv6_ns + HOOKS_STAY_NS;
	stall_hooks_use_ipv6(stalls->hooks, false);
	stalls->ipv6_ns = 0;
	return UINT64_MAX;
}

uint64_t stalls_keep_hooks(struct stalls *stalls, uint64_t now)
{
	uint64_t armed = keep_armed(stalls, now), ipv6 = keep_ipv6(stalls, now);

	return armed < ipv6 ? armed : ipv6;
}
