/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The connect's own end: address, device, namespace -> lines. Pure. */
#include <string.h>

#include "diagnosis/lines_internal.h"

static void write_source(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	char text[ADDRESS_SIZE];

	if (stall->source_present == STALL_KNOWN_NO)
		line(writer, "its local address %s is not an address of its namespace",
		     line_address(&stall->flow.local, text));
}

static void write_device(struct writer *writer)
{
	const struct stall *stall = writer->stall;

	if (stall->device_up == STALL_KNOWN_NO)
		line(writer, "the device of its route, %s, is down", stall->device);
	else if (stall->device_carrier == STALL_KNOWN_NO)
		line(writer, "the device of its route, %s, has no carrier", stall->device);
}

static void write_ipv6(struct writer *writer)
{
	const struct stall *stall = writer->stall;

	if (stall->ipv6_usable != STALL_KNOWN_NO || endpoint_is_v4(&stall->flow.remote))
		return;
	if (stall->ipv6_tentative == STALL_KNOWN_YES)
		line(writer,
		     "its namespace's IPv6 addresses are tentative: duplicate address detection is under way");
	else
		line(writer, "its namespace has no global IPv6 address");
}

void write_local(struct writer *writer)
{
	if (writer->stall->asked == STALL_KNOWN_NO)
		line(writer, "its network namespace was gone before it could be asked");
	write_source(writer);
	write_device(writer);
	write_ipv6(writer);
}
