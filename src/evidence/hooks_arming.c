/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is under way -> which costly hooks are attached. */
#include "evidence/hooks_arming.h"

#include <string.h>
#include <sys/socket.h>

#include "netstate/tcp_state.h"

#define HOOKS_STAY_NS 2000000000u /* unused, before they are detached */

void hooks_arming_ipv6(struct hooks_arming *arming, bool address)
{
	arming->ipv6_address = address;
	if (address)
		stall_hooks_use_ipv6(arming->hooks, true);
}

bool hooks_arming_is_ipv6(const struct hooks_arming *arming, const struct event *event)
{
	static const uint8_t loopback[16] = {[15] = 1};
	const struct endpoint *remote = &event->flow.remote;

	return !arming->ipv6_address && event->kind == EVENT_STATE &&
	       event->new_state == TCP_STATE_SYN_SENT && event->flow.family == AF_INET6 &&
	       !endpoint_is_v4(remote) && memcmp(remote->addr, loopback, sizeof(loopback)) != 0;
}

void hooks_arming_use_ipv6(struct hooks_arming *arming, uint64_t now_ns)
{
	stall_hooks_use_ipv6(arming->hooks, true);
	arming->ipv6_ns = now_ns;
}

/* The hooks on the packet path stay a little longer than something is watched. */
static uint64_t turn_packet_path(struct hooks_arming *arming, bool needed, uint64_t now,
				 int *ret_err)
{
	if (needed) {
		arming->unused_ns = 0;
		if (!arming->armed)
			*ret_err = stall_hooks_arm(arming->hooks, true);
		arming->armed = true;
		return UINT64_MAX;
	}
	if (!arming->armed)
		return UINT64_MAX;
	if (!arming->unused_ns)
		arming->unused_ns = now;
	if (now < arming->unused_ns + HOOKS_STAY_NS)
		return arming->unused_ns + HOOKS_STAY_NS;
	stall_hooks_arm(arming->hooks, false);
	arming->armed = false;
	return UINT64_MAX;
}

/* As long as the hooks of those that hang. */
static uint64_t turn_ipv6(struct hooks_arming *arming, uint64_t now)
{
	if (!arming->ipv6_ns || arming->armed)
		return UINT64_MAX;
	if (now < arming->ipv6_ns + HOOKS_STAY_NS)
		return arming->ipv6_ns + HOOKS_STAY_NS;
	stall_hooks_use_ipv6(arming->hooks, false);
	arming->ipv6_ns = 0;
	return UINT64_MAX;
}

int hooks_arming_turn(struct hooks_arming *arming, bool needed, uint64_t now_ns,
		      uint64_t *ret_next_ns)
{
	int err = 0;
	uint64_t packet_path = turn_packet_path(arming, needed, now_ns, &err);
	uint64_t ipv6 = turn_ipv6(arming, now_ns);

	*ret_next_ns = packet_path < ipv6 ? packet_path : ipv6;
	return err;
}
