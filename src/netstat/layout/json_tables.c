/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of routes, groups, statistics and the older families -> JSON lines. Pure. */
#include "netstat/layout/json_tables.h"

#include "base/format.h"
#include "netstat/layout/json_address.h"
#include "netstat/layout/json_put.h"
#include "netstat/layout/route_flags.h"

static void put_names(struct buf *out, const struct json_names *names, const char *first_key,
		      const char *second_key)
{
	if (!names->symbolic)
		return;
	json_text(out, first_key, names->first);
	if (second_key)
		json_text(out, second_key, names->second);
}

static void put_flags(struct buf *out, enum route_flags_kind kind, uint32_t bits)
{
	char flags[ROUTE_FLAGS_SIZE];

	route_flags_format(kind, bits, flags);
	json_text(out, "flags", flags);
}

static unsigned int prefix_length(const uint8_t mask[4])
{
	unsigned int length = 0;

	while (length < 32 && mask[length / 8] & 0x80 >> length % 8)
		length++;
	return length;
}

void json_route4(struct buf *out, const struct route4_row *row, bool cache,
		 const struct json_names *names)
{
	json_open(out, "route");
	json_text(out, "family", "inet");
	json_bool(out, "cached", cache);
	if (cache)
		json_address4(out, "source", row->source);
	json_address4(out, "destination", row->destination);
	if (!cache) {
		json_u64(out, "prefix", prefix_length(row->mask));
		json_address4(out, "mask", row->mask);
	}
	json_address4(out, "gateway", row->gateway);
	put_names(out, names, "destination_name", "gateway_name");
	put_flags(out, cache ? ROUTE_FLAGS_CACHE4 : ROUTE_FLAGS_TABLE4, row->flags);
	json_u64(out, "metric", (uint32_t)row->metric);
	json_i64(out, "references", row->references);
	json_i64(out, "use", row->use);
	json_i64(out, "mss", row->mss);
	json_i64(out, "window", row->window);
	json_i64(out, "irtt", row->irtt);
	json_text(out, "interface", row->interface);
	json_close(out);
}

void json_route6(struct buf *out, const struct route6_row *row, bool cache,
		 const struct json_names *names)
{
	json_open(out, "route");
	json_text(out, "family", "inet6");
	json_bool(out, "cached", cache);
	json_address6(out, "destination", row->destination);
	json_u64(out, "prefix", row->prefix);
	json_address6(out, "gateway", row->gateway);
	put_names(out, names, "destination_name", "gateway_name");
	put_flags(out, ROUTE_FLAGS_TABLE6, row->flags);
	json_u64(out, "metric", (uint32_t)row->metric);
	json_i64(out, "references", row->references);
	json_i64(out, "use", row->use);
	json_text(out, "interface", row->interface);
	json_close(out);
}

void json_group(struct buf *out, const struct group_row *row, const struct json_names *names)
{
	json_open(out, "group");
	json_text(out, "family", row->is_v6 ? "inet6" : "inet");
	json_text(out, "interface", row->interface);
	json_i64(out, "references", row->references);
	if (row->is_v6)
		json_address6(out, "group", row->group);
	else
		json_address4(out, "group", row->group);
	put_names(out, names, "group_name", NULL);
	json_close(out);
}

void json_statistic(struct buf *out, const char *section, const char *counter, size_t counter_size,
		    uint64_t value)
{
	json_open(out, "statistic");
	json_text(out, "section", section);
	json_bytes(out, "counter", counter, counter_size);
	json_u64(out, "value", value);
	json_close(out);
}

void json_masquerade(struct buf *out, const struct masquerade_row *row)
{
	static const char *const protocols[MASQUERADE_PROTOCOLS] = {"tcp", "udp", "icmp"};

	json_open(out, "masquerade");
	json_text(out, "protocol", protocols[row->protocol]);
	json_u64(out, "expires_cs", row->expires);
	json_address4(out, "source", row->source);
	json_u64(out, "source_port", row->source_port);
	json_address4(out, "destination", row->destination);
	json_u64(out, "destination_port", row->destination_port);
	json_u64(out, "masquerade_port", row->masquerade_port);
	json_u64(out, "initial_sequence", row->initial_sequence);
	json_i64(out, "delta", row->delta);
	if (row->has_previous_delta)
		json_i64(out, "previous_delta", row->previous_delta);
	json_close(out);
}

/* Empty where the family has no such thing. */
static void put_given(struct buf *out, const char *key, const char *text)
{
	if (text[0])
		json_text(out, key, text);
}

void json_other_socket(struct buf *out, enum other_family family, const struct other_row *row,
		       const struct json_names *names)
{
	static const char *const families[OTHER_FAMILIES] = {
		[OTHER_AX25] = "ax25", [OTHER_NETROM] = "netrom", [OTHER_X25] = "x25",
		[OTHER_ROSE] = "rose", [OTHER_IPX] = "ipx",
	};

	json_open(out, families[family]);
	put_given(out, "user_address", row->user);
	json_text(out, "laddr", row->local);
	json_text(out, "raddr", row->remote);
	put_given(out, "lcall", row->local_call);
	put_given(out, "rcall", row->remote_call);
	put_given(out, "device", row->device);
	put_given(out, "channel", row->channel);
	json_u64(out, "state", row->state);
	if (family == OTHER_IPX) {
		json_u64(out, "lport", row->local_port);
		json_u64(out, "rport", row->remote_port);
		json_u64(out, "uid", row->uid);
		put_names(out, names, "user", NULL);
	} else if (family == OTHER_ROSE) {
		json_i64(out, "lci", row->lci);
		json_i64(out, "neighbour", row->neighbour);
	} else {
		json_i64(out, "vr", row->vr);
		json_i64(out, "vs", row->vs);
	}
	if (family != OTHER_ROSE) {
		json_u64(out, "recv_q", row->receive_queue);
		json_u64(out, "send_q", row->send_queue);
	}
	json_close(out);
}
