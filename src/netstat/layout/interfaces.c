/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Interfaces -> the lines of netstat -i. Pure. */
#include "netstat/layout/interfaces.h"

#include "base/cleanup.h"

static const struct {
	uint16_t bit; /* IFF_* */
	char letter;
} letters[] = {
	{0x0200, 'A'}, {0x0002, 'B'}, {0x0004, 'D'}, {0x0008, 'L'}, {0x1000, 'M'},
	{0x8000, 'd'}, {0x0100, 'P'}, {0x0020, 'N'}, {0x0080, 'O'}, {0x0010, 'P'}, /* both P */
	{0x0800, 's'}, {0x0400, 'm'}, {0x0040, 'R'}, {0x0001, 'U'},
};

void interfaces_title(struct buf *out)
{
	buf_puts(out, "Kernel Interface table\n");
}

void interfaces_header(struct buf *out)
{
	buf_puts(
		out,
		"Iface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n");
}

void interfaces_row(struct buf *out, const struct interface_row *row)
{
	buf_printf(out, "%-15.15s %5d ", row->name, row->mtu);
	if (row->has_counters) {
		buf_printf(out, "%8llu %6llu %6llu %-6llu ", (unsigned long long)row->rx.packets,
			   (unsigned long long)row->rx.errors, (unsigned long long)row->rx.dropped,
			   (unsigned long long)row->rx.fifo);
		buf_printf(out, "%8llu %6llu %6llu %6llu ", (unsigned long long)row->tx.packets,
			   (unsigned long long)row->tx.errors, (unsigned long long)row->tx.dropped,
			   (unsigned long long)row->tx.fifo);
	} else {
		buf_printf(out, "%-56s", "     - no statistics available -");
	}
	if (!row->flags)
		buf_puts(out, "[NO FLAGS]");
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++) {
		if (row->flags & letters[i].bit)
			buf_putc(out, letters[i].letter);
	}
	buf_putc(out, '\n');
}
