/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a memory cgroup leaves, from files of a made machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory_left.h"
#include "unit/unit.h"

#define MB (1ull << 20)

static char root[] = "/tmp/netstate-memory-XXXXXX";

static int make_root(void **state)
{
	strcpy(root + sizeof(root) - 7, "XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

/* With its folders. */
static void put(const char *path, const char *text)
{
	char full[512];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *at = full + strlen(root) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(full, 0700);
		*at = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void nothing_limits_where_nothing_can_be_read(void **state)
{
	assert_false(memory_left_read(root).limited);
	put("/proc/self/cgroup", "");
	assert_false(memory_left_read(root).limited);
	put("/proc/self/cgroup", "0::/gone\n4:memory:\nnonsense\n::\n4:memory");
	assert_false(memory_left_read(root).limited);
	put("/proc/self/cgroup", "0::/a\n");
	put("/sys/fs/cgroup/a/memory.max", "max\n");
	put("/sys/fs/cgroup/a/memory.current", "1048576\n");
	assert_false(memory_left_read(root).limited);
	assert_true(memory_left_read(root).left == UINT64_MAX);
}

static void the_tightest_of_all_levels_counts_without_page_cache(void **state)
{
	struct memory_left left;

	put("/proc/self/cgroup", "4:cpu:/x\n0::/pod/app\n");
	put("/sys/fs/cgroup/pod/app/memory.max", "209715200\n");
	put("/sys/fs/cgroup/pod/app/memory.current", "1048576\n");
	put("/sys/fs/cgroup/pod/memory.max", "67108864\n");
	put("/sys/fs/cgroup/pod/memory.current", "52428800\n");
	put("/sys/fs/cgroup/pod/memory.stat",
	    "anon 1\nworkingset_inactive_file 99999999\ninactive_file 10485760\nactive_file 5242880\n");
	left = memory_left_read(root);
	assert_true(left.limited);
	assert_true(left.max == 64 * MB);
	assert_true(left.left == 64 * MB - (50 - 15) * MB);
}

static void version_1_and_a_containers_own_root_are_read(void **state)
{
	struct memory_left left;

	put("/proc/self/cgroup", "9:name=systemd:/\n5:cpu,memory:/docker/0123\n0::/\n");
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "67108864\n");
	put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "83886080\n");
	left = memory_left_read(root);
	assert_true(left.limited);
	assert_true(left.left == 0);
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	assert_false(memory_left_read(root).limited);
}

static void a_path_of_any_length_and_form_is_no_trouble(void **state)
{
	char text[8300];

	memset(text, '/', sizeof(text));
	memcpy(text, "0::/", 4);
	text[sizeof(text) - 1] = '\0';
	put("/proc/self/cgroup", text);
	put("/sys/fs/cgroup/memory.max", "18446744073709551616\n");
	assert_false(memory_left_read(root).limited);
	put("/proc/self/cgroup", "0::/../../..\n");
	put("/sys/fs/cgroup/memory.max", "000000000000000000000000000067108864\n");
	assert_false(memory_left_read(root).limited);
	/* no cgroup, a file of whoever may make one there */
	put("/proc/self/cgroup", "0::/../../outside\n");
	put("/sys/outside/memory.max", "67108864\n");
	put("/sys/outside/memory.current", "1048576\n");
	assert_false(memory_left_read(root).limited);
}

static void what_is_left_is_shared_out_between_bounds(void **state)
{
	const struct memory_left little = {.limited = true, .max = 64 * MB, .left = 40 * MB};
	const struct memory_left none = {.left = UINT64_MAX};

	assert_int_equal(memory_left_count(&none, 16 * MB, 512, 10, 2000000), 2000000);
	assert_int_equal(memory_left_count(&little, 16 * MB, 512, 10, 2000000), 24 * MB / 512);
	assert_int_equal(memory_left_count(&little, 48 * MB, 512, 10, 2000000), 10);
	assert_int_equal(memory_left_count(&little, 0, 512, 10, 100), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_limits_where_nothing_can_be_read, make_root,
						remove_root),
		cmocka_unit_test_setup_teardown(
			the_tightest_of_all_levels_counts_without_page_cache, make_root,
			remove_root),
		cmocka_unit_test_setup_teardown(version_1_and_a_containers_own_root_are_read,
						make_root, remove_root),
		cmocka_unit_test_setup_teardown(a_path_of_any_length_and_form_is_no_trouble,
						make_root, remove_root),
		cmocka_unit_test(what_is_left_is_shared_out_between_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
