/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connection tracking's counters and entries -> evidence about a connect that hangs. */
#include "evidence/tracking.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "diagnosis/tracking.h"
#include "evidence/legacy_rules.h"
#include "evidence/socket_owner.h"
#include "netlink/conntrack.h"
#include "netlink/inet_diag.h"
#include "netlink/nft_chains.h"

#define COUNTS_KEEP_NS 20000000u
#define ALL_KEEP_NS UINT64_C(10000000000)
#define ALL_MAX 256 /* namespaces whose counters are read ahead */
#define SHARE 20    /* ahead, and through a whole table: one part in so many of the time */

/* ---------------------------------------------------------------- counters */

static uint64_t longer(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static struct question about(uint32_t netns)
{
	return (struct question){.netns = netns};
}

/* In the namespace already. */
static int read_counts(struct evidence_sources *sources, uint32_t netns,
		       struct tracking_sample *ret_sample)
{
	struct question question = about(netns);
	struct tracking_sample sample = {.at_ns = clock_monotonic_ns()};
	int err = conntrack_counts_ask(&sample.counts);

	if (err)
		return err;
	question_cache_store(&sources->conntracks, &question, sample.at_ns, &sample);
	*ret_sample = sample;
	return 0;
}

/*
 * Counters rise for others, too: only those from before a drop show whether they rose with it, and the
 * namespace of a drop is known only then. So all are read ahead while something hangs.
 */
static void read_ahead(struct evidence_sources *sources)
{
	const struct namespaces *spaces = &sources->netns.spaces;
	uint64_t begin = clock_monotonic_ns();

	if (begin < sources->conntracks_ns)
		return;
	for (size_t i = 0; i < spaces->count && i < ALL_MAX; i++) {
		uint32_t netns = spaces->list[i].inode;
		struct tracking_sample sample;
		int err;

		if (netns_switch_enter(&sources->netns, netns))
			continue;
		err = read_counts(sources, netns, &sample);
		netns_switch_leave(&sources->netns);
		if (err == -ENOENT)
			break; /* this kernel tracks no connections */
	}
	sources->conntracks_ns =
		begin + longer(ALL_KEEP_NS, (clock_monotonic_ns() - begin) * SHARE);
}

static int collect_counts(struct evidence_sources *sources, const struct stall *stall,
			  struct stall_tracking *tracking)
{
	struct question question = about(tracking->netns);
	uint64_t now = clock_monotonic_ns();
	const struct tracking_sample *known =
		question_cache_find(&sources->conntracks, &question, now, UINT64_MAX);
	const struct stall_drop *drop = tracking_drop(stall, tracking->netns);
	struct tracking_sample older = {}, sample;
	int err = 0;

	if (known)
		older = *known;
	if (known && now - known->at_ns < COUNTS_KEEP_NS && (!drop || drop->last_ns < known->at_ns))
		sample = older;
	else
		err = read_counts(sources, tracking->netns, &sample);
	if (!err)
		tracking_copy_counts(stall, tracking, &older, &sample);
	return err;
}

/* ---------------------------------------------------------------- entries */

static bool same_end(const struct endpoint *one, const struct endpoint *other)
{
	return !memcmp(one, other, sizeof(*one));
}

static bool same_address(const struct endpoint *one, const struct endpoint *other)
{
	return !memcmp(one->addr, other->addr, sizeof(one->addr));
}

static void collect_entry(struct stall_tracking *tracking)
{
	struct conntrack_entry entry;
	int err = conntrack_entry_ask(&tracking->from, &tracking->to, &entry);

	tracking->entry = STALL_NOT_KNOWN;
	if (err == -ENOENT || (!err && (!same_end(&entry.from, &tracking->from) ||
					!same_end(&entry.to, &tracking->to))))
		tracking->entry = STALL_KNOWN_NO;
	if (err || tracking->entry == STALL_KNOWN_NO)
		return;
	tracking->entry = STALL_KNOWN_YES;
	tracking->replied = entry.replied;
	tracking->nat_from = entry.nat_from;
	tracking->nat_to = entry.nat_to;
}

static void on_other(struct stall_tracking *tracking, const struct conntrack_entry *entry,
		     enum stall_other other, uint64_t start_ns)
{
	tracking->other = (uint8_t)other;
	tracking->other_nat_from = entry->nat_from;
	tracking->other_nat_to = entry->nat_to;
	tracking->other_ns = start_ns;
}

/* A connect of this host that was seen to begin later, and to be answered. */
static bool collect_later(struct evidence_sources *sources, const struct stall *stall,
			  struct stall_tracking *tracking)
{
	struct recent_connect later;
	struct conntrack_entry entry;

	recent_answered(sources->recent, stall->flow.netns, &stall->flow.remote, &later);
	if (later.start_ns <= stall->start_ns || !same_address(&later.local, &tracking->from) ||
	    conntrack_entry_ask(&later.local, &tracking->to, &entry) || !entry.replied ||
	    !same_end(&entry.from, &later.local) || !same_end(&entry.to, &tracking->to))
		return false;
	on_other(tracking, &entry, STALL_OTHER_LATER, later.start_ns);
	return true;
}

struct others {
	const struct stall *stall;
	struct stall_tracking *tracking;
	uint64_t wall_offset_ns;
};

/* One that began earlier, before a rule went, keeps its translation. */
static int on_entry(void *context, const struct conntrack_entry *entry)
{
	struct others *others = context;
	struct stall_tracking *tracking = others->tracking;
	struct stall_tracking probe = *tracking;
	uint64_t start_ns = entry->start_ns ? entry->start_ns - others->wall_offset_ns : 0;

	if (!entry->replied || entry->from.port == tracking->from.port ||
	    (start_ns && start_ns <= others->stall->start_ns))
		return 0;
	on_other(&probe, entry, start_ns ? STALL_OTHER_LATER : STALL_OTHER_SOME, start_ns);
	if (!tracking_differs(&probe) || tracking->other == STALL_OTHER_LATER)
		return 0;
	*tracking = probe;
	return 0;
}

static void search_others(struct evidence_sources *sources, const struct stall *stall,
			  struct stall_tracking *tracking)
{
	uint64_t begin = clock_monotonic_ns();
	struct others others = {
		.stall = stall, .tracking = tracking, .wall_offset_ns = clock_wall_offset()};

	if (begin < sources->entries_ns)
		return;
	tracking->other = STALL_OTHER_NONE;
	/* what a list that is cut has is true; what it has not is not known, as if it was not looked for */
	conntrack_entries_ask(&tracking->from, &tracking->to, on_entry, &others);
	sources->entries_ns = begin + (clock_monotonic_ns() - begin) * SHARE;
}

/* Only where no NAT before it has changed the SYN is another connect known by the same ends. */
static void collect_others(struct evidence_sources *sources, const struct stall *stall,
			   struct stall_tracking *tracking)
{
	bool unchanged = same_end(&tracking->from, &stall->flow.local) &&
			 same_end(&tracking->to, &stall->flow.remote);

	if (tracking->entry != STALL_KNOWN_YES || tracking->replied)
		return;
	if (unchanged && collect_later(sources, stall, tracking))
		return;
	if (tracking->other != STALL_OTHER_LATER)
		search_others(sources, stall, tracking);
}

/* ---------------------------------------------------------------- a clash */

/* Answers to the dropped packet's ends belong to another entry. */
static void collect_holder(const struct stall *stall, struct stall_tracking *tracking)
{
	const struct stall_drop *drop = tracking_drop(stall, tracking->netns);
	struct conntrack_entry entry;
	int err;

	if (!drop || drop->tracked != STALL_KNOWN_YES || !drop->from.port)
		return;
	err = conntrack_entry_ask(&drop->to, &drop->from, &entry);
	tracking->taken = STALL_NOT_KNOWN;
	tracking->taken_ns = clock_monotonic_ns();
	if (err && err != -ENOENT)
		return;
	if (err || (same_end(&entry.from, &tracking->from) && same_end(&entry.to, &tracking->to))) {
		tracking->taken = STALL_KNOWN_NO;
		return;
	}
	tracking->taken = STALL_KNOWN_YES;
	tracking->taken_from = drop->from;
	tracking->taken_to = drop->to;
	if (!same_end(&tracking->holder_from, &entry.from))
		tracking->holder_pid = 0;
	tracking->holder_from = entry.from;
	tracking->holder_to = entry.to;
}

/* Its socket is looked for where the connect began, and where the packet was dropped. */
static void name_holder(struct evidence_sources *sources, const struct stall *stall,
			struct stall_tracking *tracking)
{
	const uint32_t spaces[] = {stall->flow.netns, tracking->netns};
	struct socket_owner_row row = {};

	if (tracking->taken != STALL_KNOWN_YES || tracking->holder_pid)
		return;
	for (unsigned int i = 0; i < 2 && !row.inode; i++) {
		if (netns_switch_enter(&sources->netns, spaces[i]))
			continue;
		inet_diag_find(&tracking->holder_from, &tracking->holder_to, &row.inode);
		netns_switch_leave(&sources->netns);
	}
	if (!row.inode || clock_monotonic_ns() < sources->holders_ns)
		return;
	socket_owner_find(sources->socket_reader, &row, 1);
	tracking->holder_pid = row.pid;
	memcpy(tracking->holder_comm, row.comm, sizeof(tracking->holder_comm));
}

/* ---------------------------------------------------------------- all of it */

/* A full table drops the SYN itself, or a rule before it does: legacy rules of the table raw, nft's of
 * a priority like that. */
static void collect_rules(const struct stall *stall, struct stall_tracking *tracking)
{
	bool chains;

	if (!tracking_full(stall, tracking_drop(stall, tracking->netns)))
		return;
	tracking->rules_before = STALL_NOT_KNOWN;
	if (legacy_rules_have("raw"))
		tracking->rules_before = STALL_KNOWN_YES;
	else if (!nft_chains_before_tracking(&chains))
		tracking->rules_before = chains ? STALL_KNOWN_YES : STALL_KNOWN_NO;
}

/* Without entries, or in a kernel that tracks nothing, there is none for this SYN. */
static void collect_one(struct evidence_sources *sources, const struct stall *stall,
			struct stall_tracking *tracking)
{
	int err;

	tracking->entry = STALL_NOT_KNOWN;
	if (netns_switch_enter(&sources->netns, tracking->netns))
		return;
	err = collect_counts(sources, stall, tracking);
	if (!err && tracking->now.entries) {
		collect_entry(tracking);
		collect_others(sources, stall, tracking);
		collect_holder(stall, tracking);
		collect_rules(stall, tracking);
	} else if (!err || err == -ENOENT) {
		tracking->entry = STALL_KNOWN_NO;
	}
	netns_switch_leave(&sources->netns);
	name_holder(sources, stall, tracking);
}

/* Its last SYN was dropped after the last reading. */
void tracking_collect_end(struct evidence_sources *sources, struct stall *stall)
{
	for (unsigned int i = 0; i < stall->tracking_count && i < STALL_TRACKINGS_MAX; i++) {
		struct stall_tracking *tracking = &stall->trackings[i];
		const struct stall_drop *drop = tracking_drop(stall, tracking->netns);

		if (!drop || drop->last_ns <= tracking->taken_ns ||
		    netns_switch_enter(&sources->netns, tracking->netns))
			continue;
		collect_holder(stall, tracking);
		netns_switch_leave(&sources->netns);
		name_holder(sources, stall, tracking);
	}
}

void tracking_collect(struct evidence_sources *sources, struct stall *stall)
{
	read_ahead(sources);
	if (!tracking_note_own(stall))
		return;
	for (unsigned int i = 0; i < stall->tracking_count && i < STALL_TRACKINGS_MAX; i++)
		collect_one(sources, stall, &stall->trackings[i]);
}
