/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The program went on by IPv4 -> a line. Pure. */
#include "base/address.h"
#include "base/duration.h"
#include "diagnosis/lines_internal.h"

void write_fallback(struct writer *writer)
{
	const struct stall_fallback *fallback = &writer->stall->fallback;
	char wait[DURATION_TEXT_SIZE], end[ADDRESS_PORT_TEXT_MAX + 1];

	if (!fallback->count)
		return;
	*address_format_port(end, fallback->to.addr, fallback->to.port) = '\0';
	line(writer, "IPv6 costs this program %s a connection: it went on by IPv4 to %s%s",
	     duration_text(wait, fallback->wait_ns), end,
	     fallback->answered ? ", which answered" : "");
	if (fallback->count > 1)
		line(writer, "it has done so %u times since netstate was started", fallback->count);
}
