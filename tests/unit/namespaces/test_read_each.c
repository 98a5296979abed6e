/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Namespaces are read one after another within a time, and one's own first. */
#include <errno.h>

#include "namespaces/namespaces.h"
#include "unit/unit.h"

struct seen {
	uint32_t read[4], unread[4];
	int err;
	size_t reads, unreads;
};

static int read_it(void *context, const struct namespace *space)
{
	struct seen *seen = context;

	seen->read[seen->reads++] = space->inode;
	return 0;
}

static void leave_it(void *context, uint32_t netns, int err)
{
	struct seen *seen = context;

	seen->unread[seen->unreads++] = netns;
	seen->err = err;
}

static struct seen read_within(uint64_t ns)
{
	struct namespaces spaces = {};
	struct seen seen = {};

	namespaces_add(&spaces, &(struct namespace){.inode = 7, .way = NAMESPACE_OF_TASK});
	namespaces_add(&spaces, &(struct namespace){.inode = 9, .way = NAMESPACE_OWN});
	namespaces_add(&spaces, &(struct namespace){.inode = 8, .way = NAMESPACE_BY_MOUNT});
	namespaces_set_read_time(ns);
	assert_int_equal(namespaces_read_each(&spaces, read_it, &seen, leave_it, &seen), 0);
	namespaces_release(&spaces);
	return seen;
}

static void own_namespace_is_read_first(void **state)
{
	const struct seen seen = read_within(UINT64_MAX / 2);

	assert_int_equal(seen.reads, 3);
	assert_int_equal(seen.unreads, 0);
	assert_int_equal(seen.read[0], 9);
	assert_int_equal(seen.read[1], 7);
	assert_int_equal(seen.read[2], 8);
}

static void what_there_is_no_time_for_is_told(void **state)
{
	const struct seen seen = read_within(0);

	assert_int_equal(seen.reads, 1);
	assert_int_equal(seen.read[0], 9);
	assert_int_equal(seen.unreads, 2);
	assert_int_equal(seen.unread[0], 7);
	assert_int_equal(seen.unread[1], 8);
	assert_int_equal(seen.err, -ETIME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_namespace_is_read_first),
		cmocka_unit_test(what_there_is_no_time_for_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
