/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* State events -> who closed a connection. */
#include "evidence/closers.h"

#include <stdlib.h>
#include <string.h>

#include "evidence/processes.h"
#include "netstate/tcp_state.h"

/* Closes are kept until others take their slots: seconds of a busy machine. A power of two. */
#define SLOTS 16384u

struct closer {
	uint64_t cookie; /* 0: free */
	uint32_t pid;
	char comm[FLOW_COMM_SIZE];
};

struct closers {
	struct closer slots[SLOTS];
};

struct closers *closers_new(void)
{
	return calloc(1, sizeof(struct closers));
}

void closers_free(struct closers *closers)
{
	free(closers);
}

static uint32_t slot_of(uint64_t cookie)
{
	return (uint32_t)(cookie * 0x9e3779b97f4a7c15ULL >> 40) & (SLOTS - 1);
}

/* Later states of the same connection are entered by segments, not by a process. */
static bool is_closing(const struct event *event)
{
	return event->new_state == TCP_STATE_FIN_WAIT1 || event->new_state == TCP_STATE_LAST_ACK ||
	       (event->new_state == TCP_STATE_CLOSE && (event->old_state == TCP_STATE_ESTABLISHED ||
							event->old_state == TCP_STATE_CLOSE_WAIT));
}

void closers_note(struct closers *closers, const struct event *event)
{
	bool closer = event->closer.pid;
	struct closer *slot;

	if (!is_closing(event) || (!closer && !event->flow.pid))
		return;
	slot = &closers->slots[slot_of(event->flow.cookie)];
	*slot = (struct closer){.cookie = event->flow.cookie,
				.pid = closer ? event->closer.pid : event->flow.pid};
	memcpy(slot->comm, closer ? event->closer.comm : event->flow.comm, sizeof(slot->comm));
}

/* NULL: not seen. */
static const struct closer *find(const struct closers *closers, uint64_t cookie)
{
	const struct closer *slot = &closers->slots[slot_of(cookie)];

	return cookie && slot->cookie == cookie ? slot : NULL;
}

static bool is_orphan(const struct socket_detail *socket)
{
	return socket->state != TCP_STATE_TIME_WAIT && !socket->flow.pid &&
	       (socket->flags & SOCKET_ORPHAN || socket->form == SOCKET_TIME_WAIT);
}

static void add(const struct socket_detail *socket, uint32_t pid, const char *comm,
		struct evidence_store *store)
{
	struct evidence_event row = {
		.ktime_ns = store->now_ns,
		.cookie = socket->flow.cookie,
		.flow = socket->flow,
		.netns = socket->flow.netns,
		.kind = EVIDENCE_CLOSED,
		.value = !evidence_process_exists("/proc", pid),
	};

	row.flow.pid = pid;
	memcpy(row.flow.comm, comm, sizeof(row.flow.comm));
	evidence_store_event(store, &row);
}

static void name_resets(const struct closers *closers, struct evidence_store *store)
{
	for (size_t i = 0; i < store->event_count; i++) {
		struct evidence_event *event = &store->events[i];
		const struct closer *closer;

		if (event->kind != EVIDENCE_RESET_SENT || event->flow.pid)
			continue;
		closer = find(closers, event->cookie);
		if (!closer)
			continue;
		event->flow.pid = closer->pid;
		memcpy(event->flow.comm, closer->comm, sizeof(event->flow.comm));
	}
}

void closers_store(const struct closers *closers, const struct evidence_store *before,
		   struct evidence_store *store)
{
	for (size_t i = 0; i < store->socket_count; i++) {
		const struct socket_detail *socket = &store->sockets[i], *earlier;
		const struct closer *closer;

		if (!is_orphan(socket))
			continue;
		closer = find(closers, socket->flow.cookie);
		earlier = evidence_store_find(before, socket->flow.cookie);
		if (closer)
			add(socket, closer->pid, closer->comm, store);
		else if (earlier && earlier->flow.pid)
			add(socket, earlier->flow.pid, earlier->flow.comm, store);
	}
	name_resets(closers, store);
}
