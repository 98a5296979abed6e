/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One line of evidence into a verdict. Pure. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "diagnosis/lines_internal.h"

void line(struct writer *writer, const char *format, ...)
{
	struct verdict *verdict = writer->verdict;
	va_list arguments;

	if (verdict->line_count >= STALL_LINES_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(verdict->lines[verdict->line_count++], STALL_LINE_SIZE, format, arguments);
	va_end(arguments);
}

const char *line_address(const struct endpoint *end, char text[ADDRESS_SIZE])
{
	*address_format(text, end->addr) = '\0';
	return text;
}

const char *line_plural(uint32_t count)
{
	return count == 1 ? "" : "s";
}

void line_place(struct writer *writer, const char *what, const struct endpoint *address,
		const struct stall_place *place)
{
	char text[ADDRESS_SIZE];

	if (!place->netns)
		return;
	line(writer, "%s %s is an address of network namespace %u of this host (%s%s%s)", what,
	     line_address(address, text), place->netns, place->device, place->kind[0] ? ", " : "",
	     place->kind);
	if (place->beneath)
		line(writer, "that %s is on top of %s: the two cannot reach each other",
		     place->kind, writer->stall->device);
}
