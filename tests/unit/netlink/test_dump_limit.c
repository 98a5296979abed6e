/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A dump that takes too long is given up, not begun again in that namespace, and named once. */
#include <errno.h>
#include <sys/stat.h>

#include "netlink/dump_limit.h"
#include "unit/unit.h"

#define TYPE 38
#define OTHER_TYPE 34

static void a_short_dump_is_read_and_begun_again(void **state)
{
	struct dump_limit limit;
	uint64_t netns;

	for (int i = 0; i < 3; i++) {
		assert_int_equal(dump_limit_begin(TYPE, &limit), 0);
		assert_false(dump_limit_over(&limit));
	}
	assert_false(dump_limit_next(&netns));
}

static void a_long_dump_is_given_up_and_named_once(void **state)
{
	struct dump_limit limit, other;
	struct stat own;
	uint64_t netns;

	assert_int_equal(dump_limit_begin(TYPE, &limit), 0);
	while (!dump_limit_over(&limit))
		continue;
	assert_int_equal(dump_limit_begin(TYPE, &other), -ETIME);
	assert_int_equal(dump_limit_begin(OTHER_TYPE, &other), 0);
	assert_true(dump_limit_next(&netns));
	assert_int_equal(stat("/proc/thread-self/ns/net", &own), 0);
	assert_int_equal(netns, own.st_ino);
	assert_false(dump_limit_next(&netns));
	while (!dump_limit_over(&other))
		continue;
	assert_false(dump_limit_next(&netns)); /* the same namespace */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_dump_is_read_and_begun_again),
		cmocka_unit_test(a_long_dump_is_given_up_and_named_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
