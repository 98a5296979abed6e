/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An interface -> its block of text in netstat -ie. Pure. */
#include "base/address.h"
#include "base/cleanup.h"
#include "base/format.h"
#include "netstat/layout/hardware.h"
#include "netstat/layout/interfaces.h"

#define FLAG_BROADCAST 0x2u
#define FLAG_POINTOPOINT 0x10u
#define FLAG_PORTSEL 0x2000u
#define FLAG_AUTOMEDIA 0x4000u
#define BASE_MIN 0x100 /* lower ones are not shown */

struct flag_word {
	uint16_t bit;
	const char *word;
};

static const struct flag_word flag_words[] = {
	{0x0001, "UP"},		 {0x0002, "BROADCAST"},	 {0x0004, "DEBUG"},   {0x0008, "LOOPBACK"},
	{0x0010, "POINTOPOINT"}, {0x0020, "NOTRAILERS"}, {0x0040, "RUNNING"}, {0x0080, "NOARP"},
	{0x0100, "PROMISC"},	 {0x0200, "ALLMULTI"},	 {0x0800, "SLAVE"},   {0x0400, "MASTER"},
	{0x1000, "MULTICAST"},	 {0x8000, "DYNAMIC"},
};

static const struct flag_word scope_words[] = {
	{0x80, "compat"},
	{0x20, "link"},
	{0x40, "site"},
	{0x10, "host"},
};

#define SCOPE_COMPATIBLE 0x80u

static const char *const media[] = {"unknown",	"10base2",   "10baseT",	 "AUI",
				    "100baseT", "100baseTX", "100baseFX"};

/* "<A,B>"; nothing at all where no bit has a word. `last` is one more word behind them, or NULL. */
static void put_words(struct buf *out, const struct flag_word *words, size_t count,
		      unsigned int bits, const char *last)
{
	char before = '<';

	for (size_t i = 0; i < count; i++) {
		if (!(bits & words[i].bit))
			continue;
		buf_putc(out, before);
		buf_puts(out, words[i].word);
		before = ',';
	}
	if (last) {
		buf_putc(out, before);
		buf_puts(out, last);
		before = ',';
	}
	if (before == ',')
		buf_putc(out, '>');
}

static void put_head(struct buf *out, const struct interface_row *row)
{
	buf_printf(out, "%s: flags=%d", row->name, (int16_t)row->flags);
	if (!row->flags)
		buf_putc(out, '<'); /* as the reference has it */
	put_words(out, flag_words, ARRAY_SIZE(flag_words), row->flags, NULL);
	buf_printf(out, "  mtu %d\n", row->mtu);
}

static void put_address4(struct buf *out, const char *what,
			 const struct interface_address4 *address)
{
	char text[FORMAT_IP4_MAX + 1];

	buf_puts(out, what);
	*format_ip4(text, address->addr) = '\0';
	buf_puts(out, address->is_set ? text : "[NONE SET]");
}

static void put_inet(struct buf *out, const struct interface_row *row)
{
	if (!row->local.is_set)
		return;
	put_address4(out, "        inet ", &row->local);
	put_address4(out, "  netmask ", &row->mask);
	if (row->flags & FLAG_BROADCAST)
		put_address4(out, "  broadcast ", &row->broadcast);
	if (row->flags & FLAG_POINTOPOINT)
		put_address4(out, "  destination ", &row->destination);
	buf_putc(out, '\n');
}

static void put_inet6(struct buf *out, const struct interface_address6 *address)
{
	char text[ADDRESS_TEXT_MAX + 1];

	*address_format(text, address->addr) = '\0';
	buf_printf(out, "        inet6 %s  prefixlen %d  scopeid 0x%x", text, address->prefix,
		   address->scope);
	put_words(out, scope_words, ARRAY_SIZE(scope_words), address->scope,
		  address->scope & ~SCOPE_COMPATIBLE ? NULL : "global");
	buf_putc(out, '\n');
}

static void put_hardware(struct buf *out, const struct interface_row *row,
			 const struct hardware_kind *kind)
{
	buf_puts(out, "        ");
	buf_puts(out, kind->name);
	if (kind->put_address) {
		buf_putc(out, ' ');
		kind->put_address(out, row->hardware_addr);
	}
	if (row->queue_length != -1)
		buf_printf(out, "  txqueuelen %d", row->queue_length);
	buf_printf(out, "  (%s)\n", kind->title);
	if (!(row->flags & FLAG_PORTSEL))
		return;
	buf_printf(out, "        media %s%s\n",
		   row->port < ARRAY_SIZE(media) ? media[row->port] : "(null)",
		   row->flags & FLAG_AUTOMEDIA ? "autoselect" : "");
}

static void put_packets(struct buf *out, const char *way, const struct interface_counters *counters)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	unsigned int unit = 0;
	uint64_t tenths;

	while (unit < ARRAY_SIZE(units) - 1 && counters->bytes > UINT64_C(1) << (10 * (unit + 1)))
		unit++;
	if (unit == ARRAY_SIZE(units) - 1)
		tenths = counters->bytes / ((UINT64_C(1) << 60) / 10);
	else
		tenths = (counters->bytes * 10) >> (10 * unit);
	buf_printf(out, "        %s packets %llu  bytes %llu (%llu.%llu %s)\n", way,
		   (unsigned long long)counters->packets, (unsigned long long)counters->bytes,
		   (unsigned long long)(tenths / 10), (unsigned long long)(tenths % 10),
		   units[unit]);
}

/* Only the kinds of line whose headers are compressed tell how many were. */
static bool is_compressing(const struct interface_row *row)
{
	return row->hardware == 257 || row->hardware == 259;
}

static void put_counters(struct buf *out, const struct interface_row *row)
{
	if (!row->has_counters)
		return;
	put_packets(out, "RX", &row->rx);
	if (is_compressing(row))
		buf_printf(out, "        RX compressed:%llu\n",
			   (unsigned long long)row->rx.compressed);
	buf_printf(out, "        RX errors %llu  dropped %llu  overruns %llu  frame %llu\n",
		   (unsigned long long)row->rx.errors, (unsigned long long)row->rx.dropped,
		   (unsigned long long)row->rx.fifo, (unsigned long long)row->frame);
	put_packets(out, "TX", &row->tx);
	if (is_compressing(row))
		buf_printf(out, "        TX compressed %llu\n",
			   (unsigned long long)row->tx.compressed);
	buf_printf(
		out,
		"        TX errors %llu  dropped %llu overruns %llu  carrier %llu  collisions %llu\n",
		(unsigned long long)row->tx.errors, (unsigned long long)row->tx.dropped,
		(unsigned long long)row->tx.fifo, (unsigned long long)row->carrier,
		(unsigned long long)row->collisions);
}

static void put_device(struct buf *out, const struct interface_row *row)
{
	if (!row->irq && !row->memory_start && !row->dma && row->base < BASE_MIN)
		return;
	buf_puts(out, "        device ");
	if (row->irq)
		buf_printf(out, "interrupt %d  ", row->irq);
	if (row->base >= BASE_MIN)
		buf_printf(out, "base 0x%x  ", row->base);
	if (row->memory_start)
		buf_printf(out, "memory 0x%llx-%llx  ", (unsigned long long)row->memory_start,
			   (unsigned long long)row->memory_end);
	if (row->dma)
		buf_printf(out, "  dma 0x%x", row->dma);
	buf_putc(out, '\n');
}

void interfaces_block(struct buf *out, const struct interface_row *row,
		      const struct interface_address6 *addresses, size_t address_count)
{
	put_head(out, row);
	put_inet(out, row);
	for (size_t i = 0; i < address_count; i++) {
		if (!strcmp(addresses[i].interface, row->name))
			put_inet6(out, &addresses[i]);
	}
	put_hardware(out, row, hardware_find(row->hardware));
	put_counters(out, row);
	put_device(out, row);
	buf_putc(out, '\n');
}
