/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/config_file.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/unit.h"

static char home[] = "/tmp/netstate-config-XXXXXX";

static int make_home(void **state)
{
	strcpy(home + sizeof(home) - 7, "XXXXXX");
	unsetenv("XDG_CONFIG_HOME");
	return mkdtemp(home) ? setenv("HOME", home, 1) : -1;
}

static int remove_home(void **state)
{
	static const char *const names[] = {"/.config/netstate/live", "/.config/netstate",
					    "/.config", ""};
	char path[256];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", home, names[i]);
		remove(path);
	}
	return 0;
}

static bool has_config(void)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/.config", home);
	return !access(path, F_OK);
}

static void what_is_written_is_read(void **state)
{
	char text[64];

	assert_int_equal(config_file_write("live", "words\n", 6), 0);
	assert_int_equal(config_file_read("live", text, sizeof(text)), 0);
	assert_string_equal(text, "words\n");
}

static void no_folder_is_made_where_others_may_write(void **state)
{
	assert_int_equal(chmod(home, 0777), 0);
	assert_true(config_file_write("live", "words\n", 6) < 0);
	assert_false(has_config());
}

static void no_folder_is_made_in_the_home_of_another_user(void **state)
{
	if (geteuid())
		skip();
	assert_int_equal(chown(home, 65534, 65534), 0);
	assert_true(config_file_write("live", "words\n", 6) < 0);
	assert_false(has_config());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_written_is_read, make_home, remove_home),
		cmocka_unit_test_setup_teardown(no_folder_is_made_where_others_may_write, make_home,
						remove_home),
		cmocka_unit_test_setup_teardown(no_folder_is_made_in_the_home_of_another_user,
						make_home, remove_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
