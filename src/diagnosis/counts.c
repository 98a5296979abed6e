/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of each SYN -> how many left, and how many did not. Pure. */
#include "diagnosis/counts.h"

#include <string.h>

#include "diagnosis/drops.h"
#include "diagnosis/facts.h"
#include "diagnosis/retries.h"

/* The kernel sends one more as it learns that the next hop is unreachable (tcp_ld_RTO_revert), into
 * the same queue. */
static bool sent_into_the_end(const struct stall *stall)
{
	return stall->end_ns && stall->last_sent_ns && !stall->last_retry_err &&
	       stall->end_ns < stall->last_sent_ns + DROPS_IN_FLIGHT_NS;
}

/* SYNs that the stack took, but that did not leave. */
static uint32_t lie_here(const struct stall *stall)
{
	uint32_t drops = drops_by_neighbour(stall);
	uint32_t held = (stall->in_host ? 1u : 0) + (stall->data_in_host ? 1u : 0);

	if (!drops)
		return held;
	return drops + (held ? held : sent_into_the_end(stall));
}

static bool is_loopback(const struct endpoint *end)
{
	static const uint8_t loopback[16] = {[15] = 1};

	return endpoint_is_v4(end) ? end->addr[12] == 127
				   : !memcmp(end->addr, loopback, sizeof(loopback));
}

/* Its sender need not be the address that the socket has: the kernel chooses one by the device. */
bool stall_icmp_from_self(const struct stall *stall)
{
	const struct stall_icmp *icmp = &stall->icmp;

	return icmp->from_own == STALL_KNOWN_YES || is_loopback(&icmp->from) ||
	       !memcmp(icmp->from.addr, stall->flow.local.addr, sizeof(icmp->from.addr));
}

bool stall_came_there(const struct stall *stall)
{
	const struct stall_peer *peer = &stall->peer;

	return peer->arrived && peer->seen_ns && peer->seen_netns == peer->netns &&
	       peer->seen_identity == STALL_ORIGINAL && !peer->seen_other_host;
}

/* mptcp_active_detect_blackhole(), from 6.12 on: the third retry is one of plain TCP. */
#define MPTCP_RETRIES 3

bool stall_answered_without(const struct stall *stall, enum syn_option option)
{
	if (stall->end != STALL_ESTABLISHED || !stall_first_left(stall) || stall->crossed_ns)
		return false;
	if (option == OPTION_FAST_OPEN)
		return stall->fast_open && stall->retries == 1;
	return stall->mptcp && stall->retries == MPTCP_RETRIES;
}

static bool in_tun_queue(const struct stall *stall)
{
	return stall->queued.there && !stall->in_host && !strcmp(stall->queued.kind, "tun");
}

static bool is_elsewhere(const struct stall *stall)
{
	return stall->queued.netns && stall->queued.netns != stall->flow.netns;
}

bool stall_unread(const struct stall *stall)
{
	return in_tun_queue(stall) && !is_elsewhere(stall);
}

bool stall_unread_elsewhere(const struct stall *stall)
{
	return in_tun_queue(stall) && is_elsewhere(stall);
}

bool stall_to_program(const struct stall *stall)
{
	const struct stall_peer *peer = &stall->peer;

	if (peer->seen_ns)
		return !peer->arrived && peer->netns == peer->seen_netns &&
		       !strcmp(peer->onward_kind, "tun");
	return !strcmp(stall->device_kind, "tun");
}

/* An answer proves that the SYN left; a connect that ended before it was looked at sent one as far
 * as is known. */
bool stall_first_left(const struct stall *stall)
{
	if (stall->reset_at_home)
		return false;
	if (stall->first_left || stall->end == STALL_ESTABLISHED || stall->resets ||
	    stall->crossed_ns || stall->synacks || stall->strangers || stall->others ||
	    (stall->icmp.family && !stall_icmp_from_self(stall)))
		return true;
	return !stall->inspected && stall->end != STALL_GOES_ON && !stall->icmp.family;
}

/* Of one that was never looked at, connect()'s return decides: 0 before there was a connection. */
bool stall_no_syn(const struct stall *stall)
{
	return stall->no_syn || (stall->end == STALL_CLOSED && !stall->connect_ret &&
				 !stall->inspected && !stall->retries);
}

static bool none_made(const struct stall *stall)
{
	return stall->end == STALL_REFUSED_EARLY ||
	       (stall_no_syn(stall) && stall->end != STALL_ESTABLISHED);
}

/*
 * SYNs that the stack said to have sent, and that were thrown away behind it in the same namespace:
 * by a device that is down, a tunnel, IPsec. Where each one that was followed was, so was the first,
 * which could not be.
 */
static uint32_t thrown_away(const struct stall *stall)
{
	uint32_t refused = stall->retries_denied + stall->retries_congested + stall->retries_failed;
	uint32_t drops = drops_at_home(stall);
	uint32_t thrown = drops > refused ? drops - refused : 0;

	return thrown && thrown >= stall->retries_left ? thrown + 1 : thrown;
}

uint32_t stall_syn_sent(const struct stall *stall)
{
	uint32_t held, left = (stall_first_left(stall) ? 1 : 0) + stall->retries_left +
			      retries_unseen_left(stall);

	if (none_made(stall) || stall_unread(stall))
		return 0;
	held = lie_here(stall) + thrown_away(stall);
	return left > held ? left - held : 0;
}

uint32_t stall_syn_held(const struct stall *stall)
{
	uint32_t sent = stall_syn_sent(stall);
	uint32_t all = 1 + stall->retries;

	if (none_made(stall))
		return 0;
	return all > sent ? all - sent : 0;
}
