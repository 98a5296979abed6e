/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The connect's own end: address, device, namespace -> lines. Pure. */
#include <stdio.h>
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

static const char *hop_text(const struct endpoint *hop, const char *device, char *text, size_t size)
{
	char address[ADDRESS_SIZE];

	snprintf(text, size, "%s dev %s", line_address(hop, address), device);
	return text;
}

/* Where else it would go; only a route that serves is worth the comparison. */
static void write_other_route(struct writer *writer)
{
	const struct stall_policy *policy = &writer->stall->policy;
	char text[ADDRESS_SIZE + 32];

	if (!policy->differs)
		return;
	if (policy->other_route == STALL_ROUTE_FOUND)
		line(writer, "a socket without its mark, device and address would go by %s",
		     hop_text(&policy->other_hop, policy->other_device, text, sizeof(text)));
	else if (policy->other_route == STALL_ROUTE_NONE)
		line(writer, "a socket without its mark, device and address has no route");
}

static void write_policy(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	const struct stall_policy *policy = &stall->policy;
	char text[ADDRESS_SIZE + 32];

	if (!policy->table || stall->end == STALL_ESTABLISHED)
		return;
	hop_text(&stall->next_hop, stall->device, text, sizeof(text));
	if (policy->rule[0])
		line(writer, "`ip rule` %u (%s) sends it to table %u, which leads to %s",
		     policy->priority, policy->rule, policy->table, text);
	else
		line(writer, "`ip rule` sends it to table %u, which leads to %s", policy->table,
		     text);
	write_other_route(writer);
}

void write_local(struct writer *writer)
{
	if (writer->stall->asked == STALL_KNOWN_NO)
		line(writer, "its network namespace was gone before it could be asked");
	write_source(writer);
	write_policy(writer);
	write_device(writer);
	write_ipv6(writer);
}
