/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of the ends of sockets and of their users, as netstat's options want them. */
#include "netstat/modes/sockets.h"

#include "names/names.h"

/* The unspecified addresses have no name. */
static bool has_name(const struct endpoint *end, bool as_v6)
{
	static const uint8_t unspecified[16] = {0};

	return as_v6 ? memcmp(end->addr, unspecified, 16) != 0
		     : memcmp(end->addr + 12, unspecified, 4) != 0;
}

void netstat_want_host(struct netstat_run *run, const struct endpoint *end, bool as_v6)
{
	if (!has_name(end, as_v6))
		return;
	if (as_v6)
		names_want_host6(run->names, end->addr);
	else
		names_want_host4(run->names, end->addr + 12);
}

const char *netstat_host(struct netstat_run *run, const struct endpoint *end, bool as_v6)
{
	if (!has_name(end, as_v6))
		return NULL;
	return as_v6 ? names_host6(run->names, end->addr) : names_host4(run->names, end->addr + 12);
}

const char *netstat_user(struct netstat_run *run, int32_t uid)
{
	const struct netstat_options *options = run->options;
	bool wanted = options->extend || options->json;

	return wanted && !options->numeric_users ? names_user(run->names, (uint32_t)uid) : NULL;
}
