/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Drops of a connect's packets -> what each of them proves. Pure. */
#include "diagnosis/drops.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "diagnosis/reasons.h"

#define RETRY_EARLIEST_NS UINT64_C(1000000000)	 /* from one SYN to the next */
#define ANSWER_IN_FLIGHT_NS UINT64_C(1000000000) /* from a SYN to its answer */

static bool at_xdp(const struct stall_drop *drop)
{
	static const char *const places[] = {"veth_xdp_rcv", "do_xdp_generic",
					     "bpf_prog_run_generic_xdp"};
	bool found = !strcmp(drop->reason, "XDP");

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		found |= !strncmp(drop->location, places[i], strlen(places[i]));
	return found;
}

/* Before 5.18 netfilter gives none, and the bridge none for most, but the place says it: what
 * nf_hook_slow() frees a rule has dropped. */
bool drop_has_reason(const struct stall_drop *drop)
{
	if (!drop->reason[0] || !strcmp(drop->reason, "NOT_SPECIFIED"))
		return !strcmp(drop->location, "nf_hook_slow") || reason_by_bridge(drop) ||
		       at_xdp(drop);
	return true;
}

/*
 * The SYN waited for its next hop's neighbour entry in vain and never left this namespace. IPv6, and
 * IPv4 before 5.17, gives no reason, only the place. In another namespace, or of a SYN-ACK, it is a
 * drop like others.
 */
static bool is_by_neighbour(const struct stall_drop *drop)
{
	static const char *const places[] = {"neigh_", "arp_error_report", "ndisc_error_report"};
	bool found = !strncmp(drop->reason, "NEIGH_", 6);

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		found |= !strncmp(drop->location, places[i], strlen(places[i]));
	return found && drop->what == STALL_SYN && drop->own_namespace &&
	       drop->identity == STALL_ORIGINAL;
}

/*
 * A SYN that is a second one for a request that is half-open already, or that TCP answers (with a
 * challenge ACK, a reset): it is freed without a reason.
 */
bool drop_freed_by_tcp(const struct stall_drop *drop)
{
	return drop->what == STALL_SYN && !drop_has_reason(drop) &&
	       !strncmp(drop->location, "tcp_", 4);
}

bool drop_proves(const struct stall_drop *drop)
{
	const struct reason_row *row = reason_find(drop);

	if (drop->what == STALL_SYN && drop->identity != STALL_ORIGINAL)
		return false;
	if (drop->identity == STALL_COPY || is_by_neighbour(drop) || drop_freed_by_tcp(drop))
		return false;
	/* of an answer one copy is as good as another: none arrives where all are lost */
	if (drop->other_host && !reason_by_bridge(drop) &&
	    (drop->what != STALL_SYNACK || drop->own_namespace))
		return false;
	return drop->what != STALL_OTHER && !(row && row->ordinary);
}

/* A rule's own drop comes from nf_tables where that names itself (6.6); what is dropped with an errno,
 * from the hook (NF_DROP_ERR). */
static bool by_output_hook(const struct stall_drop *drop)
{
	return drop->what == STALL_SYN && drop->where == STALL_OUTPUT && drop->own_namespace &&
	       drop->identity == STALL_ORIGINAL && !strncmp(drop->location, "nf_hook_slow", 12);
}

/* The errno of the last retry is that of its packet's drop. */
static bool gave_errno(const struct stall *stall, const struct stall_drop *drop)
{
	return stall->last_retry_ns >= drop->last_ns &&
	       stall->last_retry_ns < drop->last_ns + DROPS_IN_FLIGHT_NS;
}

/* ip_route_me_harder(), ip6_route_me_harder(): a rule was obeyed (EPERM) otherwise. */
static uint8_t route_of_errno(int err)
{
	switch (err) {
	case -EINVAL:
		return STALL_ROUTE_BLACKHOLE;
	case -EACCES:
		return STALL_ROUTE_PROHIBIT;
	case -EHOSTUNREACH:
		return STALL_ROUTE_UNREACHABLE;
	case -ENETUNREACH:
		return STALL_ROUTE_NONE;
	default:
		return STALL_ROUTE_UNKNOWN;
	}
}

static const struct stall_drop *rerouted_drop(const struct stall *stall)
{
	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		if (by_output_hook(&stall->drops[i]) && gave_errno(stall, &stall->drops[i]))
			return &stall->drops[i];
	}
	return NULL;
}

/* The socket found none: no packet was made. */
bool stall_unrouted(const struct stall *stall)
{
	return stall->retries_failed && stall->last_retry_err == -EHOSTUNREACH &&
	       !rerouted_drop(stall);
}

/* Before 6.17 nobody reports when and why a retry was not sent, only that one was not: maybe the last. */
static bool may_be_older(const struct stall *stall, uint64_t now_ns)
{
	return stall->retries_failed && !stall->last_failure_err &&
	       now_ns >= stall->last_try_ns + RETRY_EARLIEST_NS;
}

/* No SYN was sent after that, but for one of which it is not known yet what became of it. */
static bool is_of_last_syn(const struct stall *stall, uint64_t at_ns, uint64_t settle_ns,
			   uint64_t now_ns)
{
	uint64_t tried = stall->last_try_ns;

	if (tried && now_ns < tried + settle_ns)
		tried = stall->try_before_ns;
	return !tried || tried <= at_ns + DROPS_IN_FLIGHT_NS;
}

bool answer_is_current(const struct stall *stall, uint64_t at_ns, uint64_t now_ns)
{
	return !stall->in_host && !may_be_older(stall, now_ns) &&
	       is_of_last_syn(stall, at_ns, ANSWER_IN_FLIGHT_NS, now_ns);
}

bool drop_is_current(const struct stall *stall, const struct stall_drop *drop, uint64_t now_ns)
{
	bool going_out = drop->own_namespace && drop->where == STALL_OUTPUT;

	if (drop->what != STALL_SYN)
		return answer_is_current(stall, drop->last_ns, now_ns);
	/* the last SYN was not sent: what was dropped is an older one */
	if (stall_unrouted(stall) || (may_be_older(stall, now_ns) && !going_out))
		return false;
	return is_of_last_syn(stall, drop->last_ns, DROPS_IN_FLIGHT_NS, now_ns);
}

const struct stall_drop *drop_latest(const struct stall *stall, enum stall_what what,
				     uint64_t now_ns)
{
	const struct stall_drop *latest = NULL;

	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (drop->what != what || !drop_proves(drop) ||
		    !drop_is_current(stall, drop, now_ns))
			continue;
		if (!latest || drop->last_ns > latest->last_ns ||
		    (drop->last_ns == latest->last_ns && drop_has_reason(drop) &&
		     !drop_has_reason(latest)))
			latest = drop;
	}
	return latest;
}

const struct stall_drop *drop_may_be_reroute(const struct stall *stall, uint64_t now_ns)
{
	const struct stall_drop *drop = drop_latest(stall, STALL_SYN, now_ns);

	return drop && by_output_hook(drop) ? drop : NULL;
}

uint8_t drop_reroute(const struct stall *stall, uint64_t now_ns)
{
	const struct stall_drop *drop = drop_may_be_reroute(stall, now_ns);

	if (!drop)
		return STALL_ROUTE_UNKNOWN;
	if (gave_errno(stall, drop) && stall->last_retry_err) /* EPERM: a rule's own drop */
		return route_of_errno(stall->last_retry_err);
	return stall->reroute.route == STALL_ROUTE_FOUND ? STALL_ROUTE_UNKNOWN
							 : stall->reroute.route;
}

const struct stall_drop *drop_of_foreign_frame(const struct stall *stall)
{
	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (drop->what == STALL_SYN && drop->other_host &&
		    drop->identity == STALL_ORIGINAL && drop->netns != stall->peer.seen_netns &&
		    drop->last_ns >= stall->peer.seen_ns)
			return drop;
	}
	return NULL;
}

bool drop_by_xdp(const struct stall_drop *drop)
{
	return at_xdp(drop) && drop->what == STALL_SYN && drop->identity != STALL_COPY;
}

/* It may have been the SYN, or a copy of it; the last port that a bridge floods to gets the SYN's own
 * sk_buff, the right one a copy. */
bool drop_maybe(const struct stall *stall, uint64_t now_ns)
{
	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		struct stall_drop drop = stall->drops[i];

		if (drop.what != STALL_SYN || (drop.identity != STALL_UNSURE && !drop.other_host))
			continue;
		/* a machine that it was not for threw it away: where else it went is not known */
		if (drop.identity == STALL_ORIGINAL && !strcmp(drop.reason, "OTHERHOST"))
			drop.reason[0] = '\0';
		drop.other_host = false;
		drop.identity = drop.identity == STALL_COPY ? STALL_COPY : STALL_ORIGINAL;
		if (drop_proves(&drop) && drop_is_current(stall, &drop, now_ns))
			return true;
	}
	return false;
}

const struct stall_drop *drop_at_bridge(const struct stall *stall, uint64_t now_ns)
{
	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		struct stall_drop drop = stall->drops[i];

		if (drop.what != STALL_SYN || !drop.other_host || drop_proves(&drop))
			continue;
		drop.other_host = false;
		if (drop_proves(&drop) && drop_has_reason(&drop) &&
		    drop_is_current(stall, &drop, now_ns))
			return &stall->drops[i];
	}
	return NULL;
}

bool drop_taken(const struct stall *stall, uint64_t now_ns)
{
	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (drop_freed_by_tcp(drop) && drop->identity == STALL_ORIGINAL &&
		    drop_is_current(stall, drop, now_ns))
			return true;
	}
	return false;
}

const struct stall_drop *drop_without_socket(const struct stall *stall, uint64_t now_ns)
{
	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX && !stall->resets;
	     i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (drop->what == STALL_SYN && drop->identity == STALL_ORIGINAL &&
		    !strcmp(drop->reason, "NO_SOCKET") && !drop->other_host &&
		    drop_is_current(stall, drop, now_ns))
			return drop;
	}
	return NULL;
}

static bool is_its_answer(const struct stall *stall, const struct stall_drop *drop)
{
	const struct endpoint *remote = &stall->flow.remote, *local = &stall->flow.local;

	return drop->what == STALL_SYNACK && drop->own_namespace && !drop->other_host &&
	       drop->identity != STALL_COPY && drop->from.port == remote->port &&
	       drop->to.port == local->port &&
	       !memcmp(drop->from.addr, remote->addr, sizeof(remote->addr)) &&
	       !memcmp(drop->to.addr, local->addr, sizeof(local->addr));
}

const struct stall_drop *drop_by_other_device(const struct stall *stall, uint64_t now_ns)
{
	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (stall->bound_ifindex && drop->ifindex &&
		    drop->ifindex != stall->bound_ifindex && is_its_answer(stall, drop) &&
		    !strcmp(drop->reason, "NO_SOCKET") && drop_is_current(stall, drop, now_ns))
			return drop;
	}
	return NULL;
}

uint32_t drops_by_neighbour(const struct stall *stall)
{
	uint32_t count = 0;

	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++)
		count += is_by_neighbour(&stall->drops[i]) ? stall->drops[i].count : 0;
	return count;
}

uint32_t drops_at_home(const struct stall *stall)
{
	uint32_t count = 0;

	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (drop->what == STALL_SYN && drop->where == STALL_OUTPUT && drop->own_namespace &&
		    drop_proves(drop))
			count += drop->count;
	}
	return count;
}

int drop_shown(const struct stall *stall, uint64_t now_ns)
{
	const struct stall_drop *drop = drop_latest(stall, STALL_SYNACK, now_ns);

	if (!drop)
		drop = drop_latest(stall, STALL_SYN, now_ns);
	for (unsigned int i = 0; !drop && i < stall->drop_count; i++) {
		if (is_by_neighbour(&stall->drops[i]))
			drop = &stall->drops[i];
	}
	return drop ? (int)(drop - stall->drops) : -1;
}
