/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of mountinfo: paths with escapes, whole or cut off, and lines that mount no network namespace. */
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "namespaces/namespaces.h"
#include "unit/unit.h"

static void escapes_of_three_octal_digits_are_bytes(void **state)
{
	static const struct {
		const char *path, *wanted;
	} rows[] = {
		{"/run/netns/x", "/run/netns/x"},
		{"/a\\040b\\134c\\012", "/a b\\c\n"},
		{"/a\\1", "/a\\1"},
		{"/a\\", "/a\\"},
		{"/a\\04", "/a\\04"},
		{"/a\\999b", "/a\\999b"},
		{"/a\\777", "/a\\777"},
		{"/a\\+11", "/a\\+11"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct namespace space;
		char line[256];

		snprintf(line, sizeof(line), "36 35 0:4 net:[4026532284] %s rw - nsfs nsfs rw\n",
			 rows[i].path);
		assert_int_equal(namespace_parse_mount(line, &space), 0);
		assert_int_equal(space.inode, 4026532284u);
		assert_int_equal(space.way, NAMESPACE_BY_MOUNT);
		assert_string_equal(space.path, rows[i].wanted);
	}
}

static void other_lines_are_none(void **state)
{
	static const char *const lines[] = {
		"",
		"36 35 8:1 / / rw - ext4 /dev/sda1 rw\n",
		"36 35 0:4 mnt:[4026532284] /run/x rw - nsfs nsfs rw\n",
		"36 35 0:4 net:[4026532284] /run/x rw - ext4 nsfs rw\n",
		"36 35 0:4 net:[x] /run/x rw - nsfs nsfs rw\n",
		"36 35 0:4 net:[1] \\000 rw - nsfs nsfs rw\n",
	};
	struct namespace space;
	char line[400], path[200];

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(namespace_parse_mount(lines[i], &space), -ENOENT);
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	snprintf(line, sizeof(line), "36 35 0:4 net:[1] /%s rw - nsfs nsfs rw\n", path);
	assert_int_equal(namespace_parse_mount(line, &space), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_of_three_octal_digits_are_bytes),
		cmocka_unit_test(other_lines_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
