/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Descriptors of all processes, in turns, for a bounded time. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor_scan.h"
#include "base/scan_bound.h"
#include "unit/unit.h"

#define MANY 20000 /* more than two turns */
#define SMALL_PID 20

static char root[] = "/tmp/netstate-descriptors-XXXXXX";

static void make_process(int pid, int count)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%d", root, pid);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/%d/fd", root, pid);
	assert_int_equal(mkdir(path, 0700), 0);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%d/fd/%d", root, pid, i);
		assert_int_equal(symlink("socket:[7]", path), 0);
	}
}

static int make_root(void **state)
{
	if (!mkdtemp(root))
		return -1;
	make_process(10, MANY);
	make_process(SMALL_PID, 3);
	make_process(30, MANY);
	return 0;
}

static int remove_root(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

struct seen {
	int of_large, of_small;
	int before_small; /* when the small process's last one came */
	char once[2][MANY];
};

static void on_descriptor(void *context, const struct descriptor_seen *descriptor)
{
	struct seen *seen = context;

	if (descriptor->pid == SMALL_PID) {
		seen->of_small++;
		seen->before_small = seen->of_large;
		return;
	}
	seen->of_large++;
	seen->once[descriptor->pid == 30][atoi(descriptor->name)]++;
}

static void a_process_with_very_many_keeps_no_other_waiting(void **state)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	bool denied = true;

	assert_non_null(seen);
	scan_bound_take();
	assert_int_equal(descriptor_scan(root, on_descriptor, seen, &denied), 0);
	assert_false(denied);
	assert_int_equal(scan_bound_take(), 0);
	assert_int_equal(seen->of_small, 3);
	assert_true(seen->before_small < MANY / 4);
	assert_int_equal(seen->of_large, 2 * MANY);
	for (int i = 0; i < MANY; i++)
		assert_true(seen->once[0][i] == 1 && seen->once[1][i] == 1);
	free(seen);
}

static void one_process_is_read_to_its_end(void **state)
{
	struct seen *seen = calloc(1, sizeof(*seen));

	assert_non_null(seen);
	descriptor_scan_process(root, 30, on_descriptor, seen);
	assert_int_equal(seen->of_large, MANY);
	descriptor_scan_process(root, 40, on_descriptor, seen); /* none of that number */
	assert_int_equal(seen->of_large, MANY);
	free(seen);
}

static void a_bound_is_reached_and_what_was_left_out_is_kept_until_taken(void **state)
{
	struct scan_bound none, long_one;

	scan_bound_begin(&none, 0);
	scan_bound_begin(&long_one, 1000000);
	usleep(1000);
	assert_true(scan_bound_over(&none));
	assert_false(scan_bound_over(&long_one));
	scan_bound_note(3);
	scan_bound_note(2);
	assert_int_equal(scan_bound_left_out(), 3);
	assert_int_equal(scan_bound_take(), 3);
	assert_int_equal(scan_bound_take(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_with_very_many_keeps_no_other_waiting),
		cmocka_unit_test(one_process_is_read_to_its_end),
		cmocka_unit_test(a_bound_is_reached_and_what_was_left_out_is_kept_until_taken),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
