/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Trouble records -> events of a store. */
#include "evidence/troubles.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/address.h"

/* Each socket in trouble goes through all events: so many at most, further ones are counted. */
#define TROUBLES_MAX 20000u

static const uint8_t kinds[] = {
	[WIRE_TROUBLE_RETRANSMIT] = EVIDENCE_RETRANSMIT,
	[WIRE_TROUBLE_DROP] = EVIDENCE_DROP,
	[WIRE_TROUBLE_RESET_SENT] = EVIDENCE_RESET_SENT,
	[WIRE_TROUBLE_RESET_CAME] = EVIDENCE_RESET_CAME,
	[WIRE_TROUBLE_LISTEN] = EVIDENCE_LISTEN,
};

static bool is_in_trouble(const struct socket_detail *socket)
{
	return socket->form == SOCKET_FULL && socket->flow.cookie &&
	       (socket->retransmits || socket->probes_out || socket->lost_out);
}

void troubles_follow(struct trouble_hooks *hooks, const struct evidence_store *store)
{
	for (size_t i = 0; i < store->socket_count; i++) {
		const struct socket_detail *socket = &store->sockets[i];
		struct trouble_followed row = {.cookie = socket->flow.cookie,
					       .netns = socket->flow.netns};
		struct trouble_ends ends = {.lport = socket->flow.local.port,
					    .rport = socket->flow.remote.port};

		if (!is_in_trouble(socket))
			continue;
		memcpy(ends.laddr, socket->flow.local.addr, sizeof(ends.laddr));
		memcpy(ends.raddr, socket->flow.remote.addr, sizeof(ends.raddr));
		trouble_hooks_follow(hooks, &ends, &row);
	}
}

static struct flow flow_of(const struct evidence_store *store, const struct wire_trouble *record)
{
	const struct socket_detail *known = evidence_store_find(store, record->cookie);
	struct flow flow = {.cookie = record->cookie, .netns = record->netns};

	if (known)
		return known->flow;
	memcpy(flow.local.addr, record->ends.laddr, sizeof(flow.local.addr));
	memcpy(flow.remote.addr, record->ends.raddr, sizeof(flow.remote.addr));
	flow.family = address_is_v4(flow.local.addr) ? AF_INET : AF_INET6;
	flow.local.port = record->ends.lport;
	flow.remote.port = record->ends.rport;
	return flow;
}

static uint32_t flags_of(const struct wire_trouble *record)
{
	uint32_t flags = 0;

	flags |= record->flags & WIRE_TROUBLE_INCOMING ? EVIDENCE_INCOMING : 0;
	flags |= record->flags & WIRE_TROUBLE_ACTIVE ? EVIDENCE_ACTIVE : 0;
	flags |= record->flags & WIRE_TROUBLE_LISTENER ? EVIDENCE_LISTENER : 0;
	flags |= record->flags & WIRE_TROUBLE_SENDERS_PARTIAL ? EVIDENCE_SENDERS_PARTIAL : 0;
	return flags;
}

static void on_record(void *context, const struct wire_trouble *record, const char *reason,
		      const char *place)
{
	struct evidence_store *store = context;
	struct evidence_event row = {
		.ktime_ns = record->ktime_ns,
		.cookie = record->cookie,
		.flow = flow_of(store, record),
		.value = record->length,
		.value2 = flags_of(record),
		.netns = record->kind == WIRE_TROUBLE_DROP ? record->where_netns : record->netns,
		.kind = kinds[record->kind],
	};

	if (store->event_count >= TROUBLES_MAX) {
		store->left_out++;
		return;
	}
	snprintf(row.reason, sizeof(row.reason), "%s", reason);
	snprintf(row.place, sizeof(row.place), "%s", place);
	evidence_store_event(store, &row);
}

bool troubles_drain(struct trouble_hooks *hooks, struct evidence_store *store)
{
	return trouble_hooks_drain(hooks, on_record, store);
}
