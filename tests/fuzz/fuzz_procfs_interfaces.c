/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/net/dev and if_inet6 -> rows -> netstat -i and -ie; and the natural order of any two names.
 */
#include "fuzz.h"
#include "netstat/layout/json_tables.h"
#include "netstat/layout/interfaces.h"
#include "procfs/interface_name.h"
#include "procfs/net_device.h"

struct context {
	uint8_t choice;
	struct interface_address6 address;
	size_t addresses;
	struct interface_row before;
};

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void write_row(const struct context *context, struct interface_row *row)
{
	struct buf out = {0};

	row->flags = (uint16_t)row->rx.bytes;
	row->mtu = (int32_t)row->tx.bytes;
	row->hardware = (uint16_t)row->rx.packets;
	row->queue_length = (int32_t)row->tx.packets;
	row->local.is_set = context->choice & 2;
	row->broadcast.is_set = context->choice & 4;
	row->has_counters = context->choice & 8;
	interfaces_row(&out, row);
	interfaces_block(&out, row, &context->address, context->addresses);
	json_interface(&out, row);
	json_interface_whole(&out, row, &context->address, context->addresses);
	FUZZ_CHECK(out.len && out.data[out.len - 1] == '\n');
	buf_release(&out);
}

static void line(char *text, size_t size, void *pointer)
{
	struct context *context = pointer;
	struct interface_row row = {0};

	if (context->choice & 1 && !net_address6_parse(text, size, &context->address)) {
		FUZZ_CHECK(memchr(context->address.interface, '\0', INTERFACE_NAME_SIZE));
		context->addresses = 1;
		return;
	}
	if (net_device_parse(text, size, &row))
		return;
	FUZZ_CHECK(memchr(row.name, '\0', INTERFACE_NAME_SIZE));
	FUZZ_CHECK(!interface_name_compare(row.name, row.name));
	FUZZ_CHECK(sign(interface_name_compare(row.name, context->before.name)) ==
		   -sign(interface_name_compare(context->before.name, row.name)));
	context->before = row;
	write_row(context, &row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct context context = {.choice = fuzz_choice(&data, &size)};

	fuzz_lines(data, size, line, &context);
	return 0;
}
