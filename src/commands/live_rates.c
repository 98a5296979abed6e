/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes of a connection at two readings -> bytes a second. */
#include "commands/live_rates.h"

#include <stdlib.h>
#include <string.h>

#include "netstate/tcp_state.h"

#define NS_PER_S 1000000000.0

struct rate_of_row {
	uint64_t cookie; /* 0: nothing is known yet */
	uint64_t sent, received;
	struct row_rates rates;
};

void live_rates_release(struct live_rates *rates)
{
	free(rates->list);
	*rates = (struct live_rates){};
}

void live_rates_begin(struct live_rates *rates, uint64_t pass_ns)
{
	rates->fresh = pass_ns != rates->pass_ns;
	if (!rates->fresh)
		return;
	rates->interval_ns = rates->pass_ns ? pass_ns - rates->pass_ns : 0;
	rates->pass_ns = pass_ns;
}

void live_rates_end(struct live_rates *rates)
{
	rates->fresh = false;
}

static bool grow(struct live_rates *rates, size_t number)
{
	size_t room = rates->room ? rates->room : 1024;
	struct rate_of_row *list;

	if (number < rates->room)
		return true;
	while (room <= number)
		room *= 2;
	list = reallocarray(rates->list, room, sizeof(*list));
	if (!list)
		return false;
	memset(list + rates->room, 0, (room - rates->room) * sizeof(*list));
	rates->list = list;
	rates->room = room;
	return true;
}

static uint64_t per_second(const struct live_rates *rates, uint64_t before, uint64_t now)
{
	return now > before
		       ? (uint64_t)((double)(now - before) * NS_PER_S / (double)rates->interval_ns)
		       : 0;
}

struct row_rates live_rates_of(struct live_rates *rates, size_t number,
			       const struct connection *row, const struct connection_detail *detail)
{
	struct rate_of_row *one;

	if (!detail || !row->flow.cookie || row->state == TCP_STATE_LISTEN || !grow(rates, number))
		return (struct row_rates){};
	one = &rates->list[number];
	if (!rates->fresh)
		return one->cookie == row->flow.cookie ? one->rates : (struct row_rates){};
	one->rates = (struct row_rates){};
	if (one->cookie == row->flow.cookie && rates->interval_ns) {
		one->rates.sent_per_s = per_second(rates, one->sent, detail->bytes_sent);
		one->rates.received_per_s =
			per_second(rates, one->received, detail->bytes_received);
		one->rates.known = true;
	}
	one->cookie = row->flow.cookie;
	one->sent = detail->bytes_sent;
	one->received = detail->bytes_received;
	return one->rates;
}
