/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Routes and their looked-up names -> the lines of netstat -r. Pure. */
#include "netstat/layout/routes.h"

#include "base/cleanup.h"
#include "base/format.h"
#include "netstat/layout/route_flags.h"

#define ADDRESS_WIDTH 15 /* longer names lose their end */

enum route4_form routes4_form(unsigned int extend)
{
	static const enum route4_form forms[] = {ROUTE4_NOTHING, ROUTE4_METRIC, ROUTE4_MSS,
						 ROUTE4_BOTH};

	if (extend < 2) /* the first two have changed places, their repetitions have not */
		return extend ? ROUTE4_METRIC : ROUTE4_MSS;
	return forms[(extend + 1) % ARRAY_SIZE(forms)];
}

void routes4_title(struct buf *out, bool cache)
{
	buf_puts(out, cache ? "Kernel IP routing cache\n" : "Kernel IP routing table\n");
}

void routes4_header(struct buf *out, enum route4_form form, bool cache)
{
	if (form == ROUTE4_NOTHING)
		return;
	buf_puts(out, cache ? "Source          Destination     Gateway         "
			    : "Destination     Gateway         Genmask         ");
	buf_puts(out, form == ROUTE4_MSS ? "Flags   MSS Window  irtt Iface"
					 : "Flags Metric Ref    Use Iface");
	if (form == ROUTE4_BOTH)
		buf_puts(out, "    MSS   Window irtt");
	if (form == ROUTE4_BOTH && cache)
		buf_puts(out, "  TOS HHRef HHUptod     SpecDst");
	buf_putc(out, '\n');
}

static void put_address(struct buf *out, const char *text)
{
	size_t size = strnlen(text, ADDRESS_WIDTH);

	buf_put(out, text, size);
	buf_fill(out, ' ', ADDRESS_WIDTH + 1 - size);
}

/* Names in the cache are not cut. */
static void put_whole_address(struct buf *out, const char *text)
{
	size_t size = strlen(text);

	buf_put(out, text, size);
	buf_fill(out, ' ', size < ADDRESS_WIDTH ? ADDRESS_WIDTH + 1 - size : 1);
}

static void put_flags(struct buf *out, enum route_flags_kind kind, uint32_t bits)
{
	char flags[ROUTE_FLAGS_SIZE];

	route_flags_format(kind, bits, flags);
	buf_printf(out, "%-5s ", flags);
}

static void put_reject(struct buf *out, enum route4_form form, const struct route4_row *row)
{
	if (form == ROUTE4_MSS) {
		buf_puts(out, "    - -          - -\n");
		return;
	}
	buf_printf(out, "%-6d -  %7d -%s\n", row->metric, row->use,
		   form == ROUTE4_BOTH ? "        -     -      -" : "");
}

static void put_metrics(struct buf *out, enum route4_form form, const struct route4_row *row)
{
	switch (form) {
	case ROUTE4_METRIC:
		buf_printf(out, "%-6d %-2d %7d %s", row->metric, row->references, row->use,
			   row->interface);
		break;
	case ROUTE4_MSS:
		buf_printf(out, "%5d %-5d %6d %s", row->mss, row->window, row->irtt,
			   row->interface);
		break;
	case ROUTE4_BOTH:
		buf_printf(out, "%-6d %-3d %6d %-6.6s   %-5d %-6d ", row->metric, row->references,
			   row->use, row->interface, row->mss, row->window);
		break;
	case ROUTE4_NOTHING:
		break;
	}
}

void routes4_row(struct buf *out, enum route4_form form, const struct route4_row *row,
		 const struct route4_texts *texts)
{
	bool reject = row->flags & ROUTE_REJECT;
	char mask[FORMAT_IP4_MAX + 1];

	if (form == ROUTE4_NOTHING)
		return;
	*format_ip4(mask, row->mask) = '\0';
	put_address(out, texts->destination);
	put_address(out, reject ? "-" : texts->gateway);
	put_address(out, mask);
	put_flags(out, ROUTE_FLAGS_TABLE4, row->flags);
	if (reject) {
		put_reject(out, form, row);
		return;
	}
	put_metrics(out, form, row);
	if (form == ROUTE4_BOTH)
		buf_i64(out, row->irtt);
	buf_putc(out, '\n');
}

void routes4_cache_row(struct buf *out, enum route4_form form, const struct route4_row *row,
		       const struct route4_texts *texts)
{
	if (form == ROUTE4_NOTHING)
		return;
	put_whole_address(out, texts->source);
	put_whole_address(out, texts->destination);
	put_whole_address(out, texts->gateway);
	put_flags(out, ROUTE_FLAGS_CACHE4, row->flags);
	put_metrics(out, form, row);
	if (form == ROUTE4_BOTH)
		buf_printf(out, "%-5d %-3d %-3d   %-3d %15s", row->irtt, row->tos,
			   row->header_references, row->header_uptodate, texts->specific);
	buf_putc(out, '\n');
}

void routes6_title(struct buf *out, bool cache)
{
	buf_puts(out, cache ? "Kernel IPv6 routing cache\n" : "Kernel IPv6 routing table\n");
	buf_puts(
		out,
		"Destination                    Next Hop                   Flag Met Ref  Use If\n");
}

void routes6_row(struct buf *out, const struct route6_row *row, const struct route6_texts *texts)
{
	char flags[ROUTE_FLAGS_SIZE];
	size_t start = out->len, size;

	route_flags_format(ROUTE_FLAGS_TABLE6, row->flags, flags);
	buf_printf(out, "%s/%d", texts->destination, row->prefix);
	size = out->len - start;
	buf_fill(out, ' ', size < 30 ? 31 - size : 1);
	buf_printf(out, "%-26s %-4s %-3d %-1d %6d %s\n", texts->gateway, flags, row->metric,
		   row->references, row->use, row->interface);
}
