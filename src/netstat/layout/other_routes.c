/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Routes of the families besides IP -> the lines of netstat -r. Pure. */
#include "netstat/layout/other_routes.h"

#include <stdio.h>

#include "base/cleanup.h"

static const char *const titles[OTHER_ROUTES_MAX] = {
	[OTHER_ROUTES_AX25] = "Kernel AX.25 routing table\n"
			      "Destination  Iface    Use\n",
	[OTHER_ROUTES_NETROM] = "Kernel NET/ROM routing table\n"
				"Destination  Mnemonic  Quality  Neighbour  Iface\n",
	[OTHER_ROUTES_ROSE] =
		"Kernel ROSE routing table\n"
		"Destination  neigh1 callsign  device  neigh2 callsign  device  neigh3 callsign  device\n",
	[OTHER_ROUTES_X25] = "Kernel X.25 routing table\n"
			     "Destination          Iface\n",
	[OTHER_ROUTES_IPX] = "Kernel IPX routing table\n"
			     "Destination               Router Net                Router Node\n",
	[OTHER_ROUTES_DDP] = "Destination     Gateway         Device          Flags\n",
};

void other_routes_title(struct buf *out, enum other_routes family)
{
	buf_puts(out, titles[family]);
}

void ax25_route_put(struct buf *out, const struct ax25_route *row)
{
	buf_printf(out, "%-9s    %-5s  %5d\n", row->call, row->device, row->use);
}

void netrom_route_put(struct buf *out, const struct netrom_route *row,
		      const struct neighbour *neighbour)
{
	buf_printf(out, "%-9s    %-7s   ", row->call, row->mnemonic);
	if (neighbour)
		buf_printf(out, "%3s      %-9s  %.4s\n", row->quality, neighbour->call,
			   neighbour->device);
}

void rose_route_put(struct buf *out, const struct rose_route *row,
		    const struct neighbour *const *neighbours)
{
	buf_printf(out, "%-10s   ", row->address);
	for (unsigned int i = 0; i < row->count; i++) {
		buf_printf(out, "%.5s  ", row->neighbours[i]);
		if (neighbours[i])
			buf_printf(out, "%-10s   %-5s", neighbours[i]->call, neighbours[i]->device);
	}
	buf_putc(out, '\n');
}

void x25_route_put(struct buf *out, const struct x25_route *row)
{
	if (!row->digits)
		buf_printf(out, "*                    %-5s\n", row->device);
	else
		buf_printf(out, "%s/%-*d   %-5s\n", row->address, 17 - (int)strlen(row->address),
			   row->digits, row->device);
}

static void put_network(struct buf *out, uint32_t network)
{
	char text[12] = "";

	if (network && network != UINT32_MAX) /* zeros or ones stand for none */
		snprintf(text, sizeof(text), "%08X", network);
	buf_printf(out, "%-25s ", text);
}

void ipx_route_put(struct buf *out, const struct ipx_route *row)
{
	static const uint8_t none[6];
	char text[16] = "";

	put_network(out, row->network);
	put_network(out, row->router_network);
	if (memcmp(row->router_node, none, sizeof(none)))
		snprintf(text, sizeof(text), "%02X%02X%02X%02X%02X%02X", row->router_node[0],
			 row->router_node[1], row->router_node[2], row->router_node[3],
			 row->router_node[4], row->router_node[5]);
	buf_printf(out, "%-25s\n", text);
}

void ddp_route_put(struct buf *out, const struct ddp_route *row)
{
	static const struct {
		uint32_t bit;
		char letter;
	} letters[] = {
		{0x1, 'U'},  {0x2, 'G'},  {0x200, '!'}, {0x4, 'H'},  {0x8, 'R'},
		{0x10, 'D'}, {0x20, 'M'}, {0x40, 'u'},	{0x80, 'w'}, {0x100, 'i'},
	};

	buf_printf(out, "%-16s%-16s%-16s", row->destination, row->gateway, row->device);
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++) {
		if (row->flags & letters[i].bit)
			buf_putc(out, letters[i].letter);
	}
	buf_putc(out, '\n');
}
