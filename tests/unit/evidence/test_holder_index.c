/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Address of a socket -> its first holder. */
#include <stdlib.h>

#include "evidence/holder_index.h"
#include "unit/unit.h"

#define SOCKETS 5000

static void each_socket_leads_to_the_first_of_its_holders(void **state)
{
	struct evidence_holder *holders = calloc(2 * SOCKETS, sizeof(*holders));
	struct holder_index index;

	assert_non_null(holders);
	for (size_t i = 0; i < 2 * SOCKETS; i++)
		holders[i] = (struct evidence_holder){.sock = 0xffff888000000000 + i / 2 * 2304,
						      .fd = i % 2};
	assert_int_equal(holder_index_init(&index, holders, 2 * SOCKETS), 0);
	for (size_t i = 0; i < SOCKETS; i++)
		assert_int_equal(holder_index_find(&index, holders[2 * i].sock), 2 * i);
	assert_int_equal(holder_index_find(&index, holders[0].sock + 1), 2 * SOCKETS);
	assert_int_equal(holder_index_find(&index, 1), 2 * SOCKETS);
	holder_index_release(&index);
	free(holders);
}

static void without_holders_none_is_found(void **state)
{
	struct holder_index index;

	assert_int_equal(holder_index_init(&index, NULL, 0), 0);
	assert_int_equal(holder_index_find(&index, 4711), 0);
	holder_index_release(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_socket_leads_to_the_first_of_its_holders),
		cmocka_unit_test(without_holders_none_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
