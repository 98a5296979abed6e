/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TCP, UDP, raw and UNIX sockets of a /proc in a folder: exactly what the reference prints. */
#include "golden/reference.h"
#include "netstat/modes/sockets.h"

static int sockets(struct netstat_run *run)
{
	int status = netstat_inet_sockets(run);

	if (!status)
		status = netstat_unix_sockets(run);
	netstat_forget_owners(run);
	return status;
}

static void every_case_is_what_the_reference_prints(void **state)
{
	assert_true(reference_compare_all("tests/golden/netstat/sockets/", sockets) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_is_what_the_reference_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
