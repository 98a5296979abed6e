/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Routes of the families besides IP -> JSON lines: the file's words, without the blanks that fill
 * its columns. Pure. */
#include "netstat/layout/json_put.h"
#include "netstat/layout/json_tables.h"

static void open_route(struct buf *out, const char *family)
{
	json_open(out, "route");
	json_text(out, "family", family);
}

static void put_word(struct buf *out, const char *key, const char *text)
{
	size_t blanks = strspn(text, " "), size = strlen(text) - blanks;

	while (size && text[blanks + size - 1] == ' ')
		size--;
	json_bytes(out, key, text + blanks, size);
}

void json_ax25_route(struct buf *out, const struct ax25_route *row)
{
	open_route(out, "ax25");
	put_word(out, "destination", row->call);
	put_word(out, "device", row->device);
	json_i64(out, "use", row->use);
	json_close(out);
}

void json_netrom_route(struct buf *out, const struct netrom_route *row,
		       const struct neighbour *neighbour)
{
	open_route(out, "netrom");
	put_word(out, "destination", row->call);
	put_word(out, "mnemonic", row->mnemonic);
	put_word(out, "quality", row->quality);
	if (neighbour) {
		put_word(out, "neighbour", neighbour->call);
		put_word(out, "device", neighbour->device);
	}
	json_close(out);
}

void json_rose_route(struct buf *out, const struct rose_route *row,
		     const struct neighbour *const *neighbours)
{
	open_route(out, "rose");
	put_word(out, "destination", row->address);
	json_key(out, "neighbours");
	buf_putc(out, '[');
	for (unsigned int i = 0; i < row->count; i++) {
		buf_puts(out, i ? ",{\"known\":" : "{\"known\":");
		buf_puts(out, neighbours[i] ? "true" : "false");
		put_word(out, "number", row->neighbours[i]);
		if (neighbours[i]) {
			put_word(out, "call", neighbours[i]->call);
			put_word(out, "device", neighbours[i]->device);
		}
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
	json_close(out);
}

void json_x25_route(struct buf *out, const struct x25_route *row)
{
	open_route(out, "x25");
	put_word(out, "destination", row->address);
	json_i64(out, "digits", row->digits);
	put_word(out, "device", row->device);
	json_close(out);
}

static void put_network(struct buf *out, const char *key, uint32_t network)
{
	json_key(out, key);
	buf_printf(out, "\"%08X\"", network);
}

void json_ipx_route(struct buf *out, const struct ipx_route *row)
{
	const uint8_t *node = row->router_node;

	open_route(out, "ipx");
	put_network(out, "destination", row->network);
	put_network(out, "gateway", row->router_network);
	json_key(out, "node");
	buf_printf(out, "\"%02X%02X%02X%02X%02X%02X\"", node[0], node[1], node[2], node[3], node[4],
		   node[5]);
	json_close(out);
}

void json_ddp_route(struct buf *out, const struct ddp_route *row)
{
	open_route(out, "ddp");
	put_word(out, "destination", row->destination);
	put_word(out, "gateway", row->gateway);
	json_u64(out, "flags", row->flags);
	put_word(out, "device", row->device);
	json_close(out);
}
