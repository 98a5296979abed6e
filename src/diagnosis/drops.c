/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Drops of a connect's packets -> what each of them proves. Pure. */
#include "diagnosis/drops.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "diagnosis/reasons.h"

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
 * IPv6, and any before 5.17, gives no reason but the place. In another namespace, or for a SYN-ACK,
 * it is a drop like others.
 */
bool drop_by_neighbour(const struct stall_drop *drop)
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
	if (drop->identity == STALL_COPY || drop_by_neighbour(drop) || drop_freed_by_tcp(drop))
		return false;
	if (drop->other_host && !reason_by_bridge(drop))
		return false;
	return drop->what != STALL_OTHER && !(row && row->ordinary);
}

bool stall_unrouted(const struct stall *stall)
{
	return stall->retries_failed && stall->last_retry_err == -EHOSTUNREACH;
}

bool drop_is_current(const struct stall *stall, const struct stall_drop *drop, uint64_t now_ns)
{
	/* the answer to the SYN that was sent last may be on its way still */
	uint64_t settle = drop->what == STALL_SYN ? DROPS_IN_FLIGHT_NS : UINT64_C(1000000000);
	uint64_t tried = stall->last_try_ns;

	/* the last SYN was not sent: what was dropped is an older one */
	if (stall_unrouted(stall) && drop->what == STALL_SYN)
		return false;
	if (tried && now_ns < tried + settle)
		tried = stall->try_before_ns;
	return !tried || tried <= drop->last_ns + DROPS_IN_FLIGHT_NS;
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

bool drop_by_xdp(const struct stall_drop *drop)
{
	return at_xdp(drop) && drop->what == STALL_SYN && drop->identity != STALL_COPY;
}

uint32_t drops_by_neighbour(const struct stall *stall)
{
	uint32_t count = 0;

	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++)
		count += drop_by_neighbour(&stall->drops[i]) ? stall->drops[i].count : 0;
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
		if (drop_by_neighbour(&stall->drops[i]))
			drop = &stall->drops[i];
	}
	return drop ? (int)(drop - stall->drops) : -1;
}
