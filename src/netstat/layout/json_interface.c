/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Interfaces -> JSON lines. Pure. */
#include "base/cleanup.h"
#include "netstat/layout/hardware.h"
#include "netstat/layout/json_address.h"
#include "netstat/layout/json_tables.h"

static const struct {
	uint16_t bit; /* IFF_* */
	const char *word;
} flags[] = {
	{0x0001, "UP"},	       {0x0002, "BROADCAST"},	{0x0004, "DEBUG"},
	{0x0008, "LOOPBACK"},  {0x0010, "POINTOPOINT"}, {0x0020, "NOTRAILERS"},
	{0x0040, "RUNNING"},   {0x0080, "NOARP"},	{0x0100, "PROMISC"},
	{0x0200, "ALLMULTI"},  {0x0400, "MASTER"},	{0x0800, "SLAVE"},
	{0x1000, "MULTICAST"}, {0x2000, "PORTSEL"},	{0x4000, "AUTOMEDIA"},
	{0x8000, "DYNAMIC"},
};

static void put_flags(struct buf *out, uint16_t bits)
{
	const char *before = "\"";

	json_key(out, "flags");
	buf_putc(out, '[');
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (!(bits & flags[i].bit))
			continue;
		buf_puts(out, before);
		buf_puts(out, flags[i].word);
		buf_putc(out, '"');
		before = ",\"";
	}
	buf_putc(out, ']');
}

static void put_way(struct buf *out, const char *way, const struct interface_counters *counters)
{
	const struct {
		const char *what;
		uint64_t value;
	} rows[] = {
		{"packets", counters->packets}, {"bytes", counters->bytes},
		{"errors", counters->errors},	{"dropped", counters->dropped},
		{"overruns", counters->fifo},	{"compressed", counters->compressed},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		buf_printf(out, ",\"%s_%s\":", way, rows[i].what);
		buf_u64(out, rows[i].value);
	}
}

static void put_start(struct buf *out, const struct interface_row *row)
{
	json_open(out, "interface");
	json_text(out, "interface", row->name);
	json_i64(out, "mtu", row->mtu);
	put_flags(out, row->flags);
	if (!row->has_counters)
		return;
	put_way(out, "rx", &row->rx);
	json_u64(out, "rx_frame", row->frame);
	json_u64(out, "rx_multicast", row->multicast);
	put_way(out, "tx", &row->tx);
	json_u64(out, "tx_carrier", row->carrier);
	json_u64(out, "tx_collisions", row->collisions);
}

void json_interface(struct buf *out, const struct interface_row *row)
{
	put_start(out, row);
	json_close(out);
}

static void put_inet(struct buf *out, const char *key, const struct interface_address4 *address)
{
	if (address->is_set)
		json_address4(out, key, address->addr);
	else
		json_null(out, key);
}

/* [{"address":"fe80::1","prefix":64,"scope":32}] */
static void put_inet6(struct buf *out, const struct interface_row *row,
		      const struct interface_address6 *addresses, size_t count)
{
	const char *before = "{\"address\":\"";

	json_key(out, "inet6");
	buf_putc(out, '[');
	for (size_t i = 0; i < count; i++) {
		char text[FORMAT_IP6_MAX + 1];

		if (strcmp(addresses[i].interface, row->name))
			continue;
		*format_ip6(text, addresses[i].addr) = '\0';
		buf_puts(out, before);
		buf_printf(out, "%s\",\"prefix\":%u,\"scope\":%u}", text, addresses[i].prefix,
			   addresses[i].scope);
		before = ",{\"address\":\"";
	}
	buf_putc(out, ']');
}

static void put_hardware(struct buf *out, const struct interface_row *row)
{
	const struct hardware_kind *kind = hardware_find(row->hardware);

	json_text(out, "hardware", kind->name);
	json_u64(out, "hardware_type", row->hardware);
	if (kind->put_address) {
		_cleanup_(buf_release) struct buf address = {0};

		kind->put_address(&address, row->hardware_addr);
		if (!address.failed && address.len)
			json_bytes(out, "hardware_address", address.data, address.len);
	}
	json_i64(out, "queue_length", row->queue_length);
}

void json_interface_whole(struct buf *out, const struct interface_row *row,
			  const struct interface_address6 *addresses, size_t address_count)
{
	put_start(out, row);
	put_inet(out, "inet", &row->local);
	put_inet(out, "netmask", &row->mask);
	put_inet(out, "broadcast", &row->broadcast);
	put_inet(out, "destination", &row->destination);
	put_inet6(out, row, addresses, address_count);
	put_hardware(out, row);
	json_close(out);
}
