/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as one wire record: what is taken must be in its bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "events/decode.h"
#include "netstate/tcp_state.h"
#include "netstate/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
	if (!condition)
		abort();
}

static void check(const struct event *event)
{
	require(event_kind_name(event->kind) != NULL);
	require(memchr(event->flow.comm, '\0', sizeof(event->flow.comm)) != NULL);
	require(event->fd >= -1 && event->err >= 0);
	require(event->flow.owner < FLOW_OWNER_MAX && event->flow.protocol < FLOW_PROTOCOL_MAX);
	require(!event->flow.family || event->flow.family == AF_INET ||
		event->flow.family == AF_INET6);
	require(!event->flow.owner == !event->flow.pid &&
		(event->flow.owner || !event->flow.comm[0]));
	if (event->kind == EVENT_STATE)
		require(tcp_state_name(event->old_state) && tcp_state_name(event->new_state));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *record = malloc(size ? size : 1);
	struct event event;

	memcpy(record, data, size);
	if (!event_decode(record, size, &event))
		check(&event);
	if (size >=
	    sizeof(struct wire_head)) { /* with a head that says the truth more of them are taken */
		struct wire_head *head = (struct wire_head *)record;

		head->size = (uint32_t)size;
		head->version = WIRE_VERSION;
		if (!event_decode(record, size, &event))
			check(&event);
	}
	free(record);
	return 0;
}
