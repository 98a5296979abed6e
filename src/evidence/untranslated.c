/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Entries of connection tracking that keep a connection untranslated -> events of a store. */
#include "evidence/untranslated.h"

#include <string.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/clock.h"
#include "netlink/conntrack.h"

#define TABLE_MAX 50000u /* entries: a reading takes a tenth of a second at most */
#define KEPT_MAX 16

struct kept {
	struct conntrack_entry entry, other;
	bool found;
};

struct kept_list {
	struct kept list[KEPT_MAX];
	size_t count;
};

static bool same_end(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static bool is_translated(const struct conntrack_entry *entry)
{
	return !same_end(&entry->from, &entry->nat_from) || !same_end(&entry->to, &entry->nat_to);
}

static int on_first(void *context, const struct conntrack_entry *entry)
{
	struct kept_list *kept = context;

	if (entry->replied || is_translated(entry))
		return 0;
	kept->list[kept->count++].entry = *entry;
	return kept->count == KEPT_MAX; /* the first ones suffice */
}

/* One that began earlier was translated by a rule that is gone. */
static bool explains(const struct conntrack_entry *entry, const struct conntrack_entry *other)
{
	return !memcmp(entry->from.addr, other->from.addr, sizeof(entry->from.addr)) &&
	       same_end(&entry->to, &other->to) &&
	       (!entry->start_ns || !other->start_ns || other->start_ns > entry->start_ns);
}

static int on_second(void *context, const struct conntrack_entry *other)
{
	struct kept_list *kept = context;

	if (!other->replied || !is_translated(other))
		return 0;
	for (size_t i = 0; i < kept->count; i++) {
		if (!explains(&kept->list[i].entry, other))
			continue;
		kept->list[i].other = *other;
		kept->list[i].found = true;
	}
	return 0;
}

static void add(struct evidence_store *store, uint32_t netns, const struct kept *kept)
{
	struct evidence_event event = {
		.ktime_ns = clock_monotonic_ns(),
		.flow = {.netns = netns,
			 .local = kept->entry.from,
			 .remote = kept->entry.to,
			 .family = address_is_v4(kept->entry.from.addr) ? AF_INET : AF_INET6,
			 .protocol = FLOW_PROTOCOL_TCP},
		.value = kept->entry.start_ns && kept->other.start_ns,
		.netns = netns,
		.kind = EVIDENCE_UNTRANSLATED,
	};

	evidence_store_event(store, &event);
	event.kind = EVIDENCE_TRANSLATED;
	event.flow.local = kept->other.from;
	event.flow.remote = kept->other.nat_to;
	evidence_store_event(store, &event);
}

void untranslated_read(const struct evidence_space *space, struct evidence_store *store)
{
	uint64_t entries = space->settings[SPACE_CT_COUNT];
	struct kept_list kept = {};

	if (entries < 2 || entries > TABLE_MAX)
		return;
	if (conntrack_entries_ask(NULL, NULL, on_first, &kept) < 0 || !kept.count)
		return;
	if (conntrack_entries_ask(NULL, NULL, on_second, &kept))
		return;
	for (size_t i = 0; i < kept.count; i++) {
		if (kept.list[i].found)
			add(store, space->netns, &kept.list[i]);
	}
}
