/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Namespaces beyond the limit are counted, each once; what was left out becomes a sentence. */
#include "namespaces/left_out.h"
#include "namespaces/namespaces.h"
#include "unit/unit.h"

#define FIRST 4026531840u

static void add(struct namespaces *spaces, uint32_t inode)
{
	namespaces_add(spaces, &(struct namespace){.inode = inode});
}

static void beyond_the_limit_each_is_counted_once(void **state)
{
	struct namespaces spaces = {};

	for (uint32_t i = 0; i < NAMESPACES_MAX; i++)
		add(&spaces, FIRST + i);
	assert_int_equal(spaces.count, NAMESPACES_MAX);
	assert_int_equal(spaces.beyond_count, 0);
	for (unsigned int round = 0; round < 2; round++) {
		for (uint32_t i = 100; i > 0; i--)
			add(&spaces, FIRST + NAMESPACES_MAX + i * 7);
		add(&spaces, FIRST + 5);
		add(&spaces, 0);
	}
	assert_int_equal(spaces.count, NAMESPACES_MAX);
	assert_int_equal(spaces.beyond_count, 100);
	for (size_t i = 1; i < spaces.beyond_count; i++)
		assert_true(spaces.beyond[i - 1] < spaces.beyond[i]);
	namespaces_release(&spaces);
	assert_int_equal(spaces.beyond_count, 0);
}

static void check_text(const struct netns_left_out *left, const char *wanted)
{
	struct buf out = {};

	netns_left_out_text(left, &out);
	buf_putc(&out, '\0');
	assert_string_equal(out.data, wanted);
	buf_release(&out);
}

static void each_reason_has_its_words(void **state)
{
	const struct netns_left_out none = {}, unread = {.unread = 1},
				    beyond = {.beyond = 3, .limit = 16384},
				    all = {.unread = 2, .beyond = 1, .unreached = 1, .limit = 9},
				    moving = {.moving = 1}, still = {.unread = 1, .moving = 2},
				    busy = {.processes = 1}, both = {.unread = 1, .processes = 2};

	assert_false(netns_left_out_any(&none));
	check_text(&none, "");
	check_text(&unread,
		   "1 network namespace could not be entered or read in time: sockets there may be "
		   "missing");
	check_text(&beyond, "3 network namespaces beyond the limit of 16384 were not looked into: "
			    "sockets there may be missing");
	check_text(&busy, "1 process has so many descriptors that not all were read: owners of "
			  "sockets may be missing");
	check_text(&both, "1 network namespace could not be entered or read in time: sockets there "
			  "may be missing; 2 processes have so many descriptors that not all were "
			  "read: owners of sockets may be missing");
	check_text(&moving,
		   "1 chain of the kernel's TCP hash tables changed at every reading: sockets "
		   "there may be missing");
	check_text(
		&still,
		"1 network namespace could not be entered or read in time; 2 chains of the kernel's "
		"TCP hash tables changed at every reading: sockets there may be missing");
	check_text(
		&all,
		"2 network namespaces could not be entered or read in time; 1 network namespace beyond "
		"the limit of 9 was not looked into; 1 network namespace has sockets, but no "
		"process, mount or descriptor leads there: sockets there may be missing");
}

static void json_has_the_counts(void **state)
{
	const struct netns_left_out all = {
		.unread = 2, .beyond = 1, .unreached = 3, .moving = 4, .processes = 5};
	struct buf out = {};

	netns_left_out_json(&all, "kind", &out);
	buf_putc(&out, '\0');
	assert_string_equal(out.data, "{\"kind\":\"incomplete\",\"netns_unread\":2,"
				      "\"netns_beyond\":1,\"netns_unreached\":3,"
				      "\"chains_moving\":4,\"processes_unread\":5}\n");
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beyond_the_limit_each_is_counted_once),
		cmocka_unit_test(each_reason_has_its_words),
		cmocka_unit_test(json_has_the_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
