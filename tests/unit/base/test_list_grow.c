/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A full list -> one of twice its room. */
#include <stdlib.h>

#include "base/list_grow.h"
#include "unit/unit.h"

static void elements_survive_each_doubling(void **state)
{
	uint32_t *list = NULL;
	size_t count = 0, room = 0;

	while (count < 1000) {
		assert_int_equal(LIST_GROW(list, count, room), 0);
		assert_true(room > count);
		list[count] = (uint32_t)count;
		count++;
	}
	for (size_t i = 0; i < count; i++)
		assert_int_equal(list[i], i);
	assert_int_equal(room, 1024);
	free(list);
}

static void room_that_is_left_changes_nothing(void **state)
{
	char list[4], *same = list;
	size_t room = sizeof(list);

	assert_int_equal(LIST_GROW(same, 3, room), 0);
	assert_ptr_equal(same, list);
	assert_int_equal(room, sizeof(list));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_survive_each_doubling),
		cmocka_unit_test(room_that_is_left_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
