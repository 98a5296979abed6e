/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Routes, statistics, groups, masquerading and old families: exactly what the reference prints. */
#include "golden/reference.h"

static int other_sockets(struct netstat_run *run)
{
	static int (*const tables[])(struct netstat_run * run) = {
		netstat_groups,		netstat_ipx_sockets,  netstat_ax25_sockets,
		netstat_netrom_sockets, netstat_rose_sockets,
	};
	int status = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tables) && !status; i++)
		status = tables[i](run);
	return status;
}

static int table(struct netstat_run *run)
{
	static int (*const modes[])(struct netstat_run * run) = {
		[NETSTAT_SOCKETS] = other_sockets,
		[NETSTAT_ROUTES] = netstat_routes,
		[NETSTAT_STATISTICS] = netstat_statistics,
		[NETSTAT_MASQUERADE] = netstat_masquerade,
	};

	return modes[run->options->mode](run);
}

static void every_case_is_what_the_reference_prints(void **state)
{
	assert_true(reference_compare_all("tests/golden/netstat/tables/", table) > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_is_what_the_reference_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
