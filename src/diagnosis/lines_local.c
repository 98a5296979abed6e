/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The connect's own end: address, device, namespace -> lines. Pure. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "diagnosis/drops.h"
#include "diagnosis/lines_internal.h"
#include "netstate/errno_name.h"

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

	if (stall->used.up == STALL_KNOWN_NO)
		line(writer,
		     "the device of its last route, %s, is down, and no other route is left",
		     stall->used.device);
	else if (stall->used.there == STALL_KNOWN_NO)
		line(writer, "the device of its last route (%s) was deleted",
		     stall->used.device[0] ? stall->used.device : "name not known");
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

/* What may have refused it although there is a route. */
void write_ipsec_policy(struct writer *writer)
{
	const struct stall *stall = writer->stall;

	if (stall->ipsec_blocks == STALL_KNOWN_YES)
		line(writer, "the IPsec policy that covers it is of type block");
	else if (stall->ipsec_blocks == STALL_KNOWN_NO && stall->connect_ret == -EPERM)
		line(writer, "no IPsec policy of type block covers it");
	else if (stall->ipsec_blocks == STALL_KNOWN_NO && stall_unrouted(stall))
		line(writer, "the last SYN had none: it has come since");
	else if (stall_unrouted(stall))
		line(writer,
		     "the last SYN had none: it has come since, or an IPsec policy of type block (`ip xfrm policy`) refused it");
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
	char hop[ADDRESS_SIZE];

	if (!policy->differs)
		return;
	if (policy->other_route == STALL_ROUTE_FOUND)
		line(writer,
		     "a socket without its mark, device and address would leave by %s (next hop %s)",
		     policy->other_device, line_address(&policy->other_hop, hop));
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

static bool is_multicast(const struct endpoint *end)
{
	return endpoint_is_v4(end) ? (end->addr[12] & 0xf0) == 0xe0 : end->addr[0] == 0xff;
}

static bool is_loopback4(const struct endpoint *end)
{
	return endpoint_is_v4(end) && end->addr[12] == 127;
}

/* What the errno means for such an address, whatever the routing tables have. */
static void write_address(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	const struct endpoint *remote = &stall->flow.remote;

	if (!endpoint_is_known(remote))
		line(writer,
		     "the destination is not known: the address is of no Internet family, or the caller's memory could not be read");
	else if (is_multicast(remote))
		line(writer,
		     "the destination is a multicast address: TCP connects to one host only");
	else if (stall->connect_ret == -EAFNOSUPPORT)
		line(writer, "the kernel says so of an address that is not of the socket's family");
	else if (stall->connect_ret == -EINVAL && is_loopback4(&stall->flow.local) &&
		 !is_loopback4(remote))
		line(writer,
		     "its own address is one of 127.0.0.0/8, which reaches nothing outside of this namespace");
	else if (stall->connect_ret == -EINVAL && endpoint_is_link_local(remote))
		line(writer,
		     "the destination is a link-local address: connect() needs its device with it (sin6_scope_id, `%%eth0`)");
	else if (stall->connect_ret == -ENETUNREACH && stall->flow.family == AF_INET6 &&
		 endpoint_is_v4(remote) && stall->route == STALL_ROUTE_FOUND)
		line(writer,
		     "an IPv6 socket with IPV6_V6ONLY set does not reach IPv4 addresses: it fails like this");
}

void write_early(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	const char *name;

	if (stall->end != STALL_REFUSED_EARLY)
		return;
	name = errno_name(0u - (unsigned int)stall->connect_ret);
	line(writer, "connect() returned %s before any SYN was made",
	     name ? name : "an unknown error");
	write_address(writer);
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
