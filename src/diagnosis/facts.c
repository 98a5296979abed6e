/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct stall -> facts. Pure. */
#include "diagnosis/facts.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "diagnosis/retries.h"

#define ICMP_DEST_UNREACH 3
#define ICMP_HOST_UNREACH 1
#define ICMPV6_DEST_UNREACH 1
#define ICMPV6_ADDR_UNREACH 3
#define OFTEN 3
#define IN_FLIGHT_NS UINT64_C(20000000) /* a copy just sent may be on its way through this host */

/* Before 5.18 netfilter gives none, but what it frees in nf_hook_slow() a rule has dropped. */
bool stall_drop_has_reason(const struct stall_drop *drop)
{
	if (!drop->reason[0] || !strcmp(drop->reason, "NOT_SPECIFIED"))
		return !strcmp(drop->location, "nf_hook_slow");
	return true;
}

/*
 * The SYN waited for its next hop's neighbour entry in vain: it never left. IPv6, and any before
 * 5.17, gives no reason but the place. In another namespace, or for a SYN-ACK, it is a drop like
 * others.
 */
static bool by_neighbour(const struct stall_drop *drop)
{
	static const char *const places[] = {"neigh_", "arp_error_report", "ndisc_error_report"};
	bool found = !strncmp(drop->reason, "NEIGH_", 6);

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		found |= !strncmp(drop->location, places[i], strlen(places[i]));
	return found && drop->what == STALL_SYN && drop->own_namespace;
}

/*
 * Not a decision against this connection: a frame for another machine, a SYN that a reset answers,
 * a second SYN for a request that is half-open already (TCP frees it without a reason).
 */
static bool proves_nothing(const struct stall_drop *drop)
{
	static const char *const reasons[] = {"OTHERHOST", "NO_SOCKET", "QUEUE_PURGE",
					      "SKB_CONSUMED"};

	if (drop->what == STALL_SYN && drop->where == STALL_INPUT && !stall_drop_has_reason(drop) &&
	    !strncmp(drop->location, "tcp_", 4))
		return true;

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (!strcmp(drop->reason, reasons[i]))
			return true;
	}
	return false;
}

const struct stall_drop *stall_drop_find(const struct stall *stall, enum stall_what what,
					 unsigned int wheres)
{
	const struct stall_drop *found = NULL;

	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (drop->what != what || !(wheres & 1u << drop->where) || by_neighbour(drop) ||
		    proves_nothing(drop))
			continue;
		if (!found || (stall_drop_has_reason(drop) && !stall_drop_has_reason(found)))
			found = drop;
	}
	return found;
}

static uint32_t neighbour_drops(const struct stall *stall)
{
	uint32_t count = 0;

	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++)
		count += by_neighbour(&stall->drops[i]) ? stall->drops[i].count : 0;
	return count;
}

int stall_drop_shown(const struct stall *stall)
{
	const struct stall_drop *drop = stall_drop_find(stall, STALL_SYNACK, ~0u);

	if (!drop)
		drop = stall_drop_find(stall, STALL_SYN, ~0u);
	for (unsigned int i = 0; !drop && i < stall->drop_count; i++) {
		if (by_neighbour(&stall->drops[i]))
			drop = &stall->drops[i];
	}
	return drop ? (int)(drop - stall->drops) : -1;
}

/* The kernel sends one more as it learns that the next hop is unreachable (tcp_ld_RTO_revert), into
 * the same queue. */
static bool sent_into_the_end(const struct stall *stall)
{
	return stall->end_ns && stall->last_sent_ns && !stall->last_retry_err &&
	       stall->end_ns < stall->last_sent_ns + IN_FLIGHT_NS;
}

/* SYNs that the stack took, but that did not leave. */
static uint32_t lie_here(const struct stall *stall)
{
	uint32_t drops = neighbour_drops(stall);

	if (!drops)
		return stall->in_host ? 1 : 0;
	return drops + (sent_into_the_end(stall) ? 1 : 0);
}

static bool from_self(const struct stall *stall)
{
	return !memcmp(stall->icmp.from.addr, stall->flow.local.addr,
		       sizeof(stall->icmp.from.addr));
}

/* An answer proves that the SYN left; a connect that ended before it was looked at sent one as far
 * as is known. */
static bool first_left(const struct stall *stall)
{
	if (stall->reset_at_home)
		return false;
	if (stall->first_left || stall->end == STALL_ESTABLISHED || stall->resets ||
	    stall->crossed_ns || stall->synacks || stall->others ||
	    (stall->icmp.family && !from_self(stall)))
		return true;
	return !stall->inspected && stall->end != STALL_GOES_ON && !stall->icmp.family;
}

/* Of one that was never looked at, connect()'s return tells: 0 before there was a connection. */
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

uint32_t stall_syn_sent(const struct stall *stall)
{
	uint32_t held, left = (first_left(stall) ? 1 : 0) + stall->retries_left +
			      retries_unseen_left(stall);

	if (none_made(stall))
		return 0;
	held = lie_here(stall);
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

static uint64_t end_facts(const struct stall *stall)
{
	uint64_t facts = 0;

	if (stall->end == STALL_ESTABLISHED)
		facts |= FACT(ESTABLISHED);
	if (stall->end == STALL_FAILED)
		facts |= FACT(FAILED);
	if (stall->end == STALL_CLOSED)
		facts |= FACT(CLOSED_BY_APPLICATION);
	if (stall->end == STALL_FAILED && stall->sk_err == ETIMEDOUT)
		facts |= FACT(TIMED_OUT);
	if (stall->end == STALL_FAILED && stall->sk_err == ECONNREFUSED)
		facts |= FACT(REFUSED_ERRNO);
	return facts;
}

static uint64_t early_facts(const struct stall *stall)
{
	static const struct {
		int ret;
		uint64_t fact;
	} rets[] = {
		{ENETUNREACH, FACT(RET_NETUNREACH)}, {EHOSTUNREACH, FACT(RET_HOSTUNREACH)},
		{EACCES, FACT(RET_ACCES)},	     {EPERM, FACT(RET_PERM)},
		{EINVAL, FACT(RET_INVAL)},	     {EADDRNOTAVAIL, FACT(RET_ADDRNOTAVAIL)},
	};
	uint64_t facts = FACT(FAILED_EARLY);

	if (stall->end != STALL_REFUSED_EARLY)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(rets); i++) {
		if (stall->connect_ret == -rets[i].ret)
			facts |= rets[i].fact;
	}
	if (stall->ports.looked && stall->ports.high >= stall->ports.low &&
	    stall->ports.used + stall->ports.reserved >=
		    (uint32_t)(stall->ports.high - stall->ports.low) + 1)
		facts |= FACT(PORTS_EXHAUSTED);
	return facts;
}

static uint64_t route_facts(const struct stall *stall)
{
	static const uint64_t facts[] = {
		[STALL_ROUTE_FOUND] = FACT(ROUTE_FOUND),
		[STALL_ROUTE_NONE] = FACT(ROUTE_NONE),
		[STALL_ROUTE_UNREACHABLE] = FACT(ROUTE_UNREACHABLE),
		[STALL_ROUTE_PROHIBIT] = FACT(ROUTE_PROHIBIT),
		[STALL_ROUTE_BLACKHOLE] = FACT(ROUTE_BLACKHOLE),
	};

	return (stall->route < ARRAY_SIZE(facts) ? facts[stall->route] : 0) |
	       (stall->some_prohibited ? FACT(SOME_PROHIBITED) : 0);
}

static uint64_t way_facts(const struct stall *stall)
{
	uint32_t sent = stall_syn_sent(stall);
	uint64_t facts = 0;

	if (stall->end == STALL_REFUSED_EARLY)
		return 0;
	if (stall_no_syn(stall))
		facts |= FACT(NO_SYN);
	if (sent >= 1)
		facts |= FACT(SYN_LEFT);
	if (sent >= 2)
		facts |= FACT(SYN_LEFT_TWICE);
	if (sent >= OFTEN)
		facts |= FACT(SYN_LEFT_OFTEN);
	if (stall->inspected && !first_left(stall) && !stall->retries_left)
		facts |= FACT(NOTHING_LEFT);
	if (stall->in_host || stall->retries_busy)
		facts |= FACT(SYN_HELD);
	if (stall->retries_denied)
		facts |= FACT(HOOK_DENIED);
	if (stall->retries_failed && stall->last_retry_err == -EHOSTUNREACH)
		facts |= FACT(UNROUTED);
	if (stall->retries_congested)
		facts |= FACT(CONGESTED);
	if (stall->neighbour == STALL_NEIGHBOUR_INCOMPLETE ||
	    stall->neighbour == STALL_NEIGHBOUR_FAILED)
		facts |= FACT(NEIGHBOUR_BAD);
	if (neighbour_drops(stall))
		facts |= FACT(NEIGHBOUR_DROP);
	return facts;
}

/* Before routing, but in the namespace whose address the SYN had already: it had come to its
 * destination. */
static unsigned int where_of(const struct stall *stall, const struct stall_drop *drop)
{
	const struct stall_peer *peer = &stall->peer;

	if (drop->what == STALL_SYN && drop->where == STALL_PREROUTING && peer->arrived &&
	    peer->netns == drop->netns)
		return STALL_INPUT;
	return drop->where;
}

static uint64_t drop_facts(const struct stall *stall)
{
	static const struct {
		enum stall_what what;
		enum { ANYWHERE, OWN, OTHER } namespace;
		unsigned int wheres;
		uint64_t fact;
		uint64_t named; /* as well, where a reason was given */
	} kinds[] = {
		{STALL_SYN, OWN, STALL_AT(OUTPUT), FACT(SYN_DROPPED_OUT), FACT(SYN_OUT_REASON)},
		{STALL_SYN, OTHER, STALL_AT(FORWARD) | STALL_AT(PREROUTING) | STALL_AT(OUTPUT),
		 FACT(SYN_DROPPED_FORWARDING), FACT(SYN_FORWARDING_REASON)},
		{STALL_SYN, ANYWHERE, STALL_AT(INPUT), FACT(SYN_DROPPED_IN), FACT(SYN_IN_REASON)},
		{STALL_SYN, OWN, STALL_AT(FORWARD) | STALL_AT(PREROUTING), FACT(SYN_DROPPED_IN),
		 FACT(SYN_IN_REASON)},
		{STALL_SYNACK, OWN, ~0u, FACT(SYNACK_DROPPED), FACT(SYNACK_REASON)},
		{STALL_SYNACK, OTHER, ~0u, FACT(SYNACK_DROPPED_FORWARDING), 0},
	};
	uint64_t facts = 0;

	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (by_neighbour(drop) || proves_nothing(drop))
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
			if (drop->what != kinds[k].what ||
			    !(kinds[k].wheres & 1u << where_of(stall, drop)) ||
			    (kinds[k].namespace != ANYWHERE &&
			     (kinds[k].namespace == OWN) != drop->own_namespace))
				continue;
			facts |= kinds[k].fact | (stall_drop_has_reason(drop) ? kinds[k].named : 0);
		}
	}
	return facts;
}

static bool self_unreachable(const struct stall *stall)
{
	const struct stall_icmp *icmp = &stall->icmp;

	if (!from_self(stall))
		return false;
	if (icmp->family == AF_INET)
		return icmp->type == ICMP_DEST_UNREACH && icmp->code == ICMP_HOST_UNREACH;
	return icmp->type == ICMPV6_DEST_UNREACH && icmp->code == ICMPV6_ADDR_UNREACH;
}

static uint64_t back_facts(const struct stall *stall)
{
	uint64_t facts = 0;

	if (stall->resets)
		facts |= FACT(RESET);
	if (stall->icmp.family)
		facts |= self_unreachable(stall) ? FACT(ICMP_FROM_SELF_HOST_UNREACHABLE)
						 : FACT(ICMP);
	if (stall->others || stall->synacks || stall->crossed_ns)
		facts |= FACT(ANSWERED);
	if (stall->peer.was_full && stall->peer.listening && stall->peer.arrived) {
		facts |= FACT(QUEUE_WAS_FULL);
		if (stall->peer.queue > stall->peer.limit)
			facts |= FACT(QUEUE_FULL);
	}
	return facts;
}

uint64_t stall_facts(const struct stall *stall)
{
	return end_facts(stall) | early_facts(stall) | route_facts(stall) | way_facts(stall) |
	       drop_facts(stall) | back_facts(stall);
}
