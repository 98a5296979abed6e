/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events -> who closed what waits in TIME_WAIT. */
#include "table/handovers.h"

#include "base/pages.h"
#include "connections/handover.h"

#define RING_SIZE (HANDOVERS_MAX * sizeof(struct event))

void handovers_init(struct handovers *handovers)
{
	*handovers = (struct handovers){.ring = pages_reserve_shared(RING_SIZE)};
}

void handovers_release(struct handovers *handovers)
{
	if (handovers->ring)
		pages_release(handovers->ring, RING_SIZE);
	handovers->ring = NULL;
}

void handovers_note(struct handovers *handovers, const struct event *event)
{
	if (handovers->ring && event->flow.owner && handover_state(event))
		handovers->ring[handovers->count++ % HANDOVERS_MAX] = *event;
}

void handovers_apply(const struct handovers *handovers, struct conn_table *table)
{
	uint64_t first = handovers->count > HANDOVERS_MAX ? handovers->count - HANDOVERS_MAX : 0;

	for (uint64_t i = first; i < handovers->count; i++)
		conn_table_apply(table, &handovers->ring[i % HANDOVERS_MAX]);
}
