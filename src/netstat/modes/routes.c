/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat -r: each family's routing table, in the order of the command line. */
#include "netstat/modes/tables.h"

#define STATUS_NO_ROUTING 3

/* Families that netstat knows but has no routing table for, under the names of its messages. */
static const char *const without_routing[NETSTAT_FAMILY_MAX] = {
	[NETSTAT_UNIX] = "unix",
	[NETSTAT_ASH] = "ash",
	[NETSTAT_ECONET] = "ec",
};

static int family_routes(struct netstat_run *run, enum netstat_family family)
{
	if (family == NETSTAT_INET)
		return netstat_routes4(run);
	if (family == NETSTAT_INET6)
		return netstat_routes6(run);
	if (family == NETSTAT_BLUETOOTH) {
		buf_puts(netstat_errors(run), "Address family `bluetooth' not supported.\n");
		return STATUS_NO_ROUTING;
	}
	if (without_routing[family]) {
		buf_printf(netstat_errors(run), "No routing for address family `%s'.\n",
			   without_routing[family]);
		return STATUS_NO_ROUTING;
	}
	return netstat_other_routes(run, family);
}

int netstat_routes(struct netstat_run *run)
{
	const struct netstat_options *options = run->options;
	int status = 0;

	if (!options->family_count)
		return netstat_routes4(run);
	for (size_t i = 0; i < options->family_count && !status; i++)
		status = family_routes(run, options->families[i]);
	return status;
}
