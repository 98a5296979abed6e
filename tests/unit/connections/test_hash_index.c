/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The index against a plain list, under many additions and removals with colliding hashes. */
#include <stdlib.h>

#include "connections/hash_index.h"
#include "unit/unit.h"

#define ROWS 5000

static unsigned int found(const struct hash_index *index, uint32_t hash, uint32_t row)
{
	uint32_t cursor = hash, number;
	unsigned int count = 0;

	while ((number = hash_index_next(index, hash, &cursor)))
		count += number == row;
	return count;
}

static void every_row_is_found_exactly_while_it_is_there(void **state)
{
	static uint32_t hashes[ROWS + 1];
	static char there[ROWS + 1];
	struct hash_index index;

	assert_int_equal(hash_index_init(&index), 0);
	srand(1);
	for (int round = 0; round < 200000; round++) {
		uint32_t row = 1 + (uint32_t)rand() % ROWS;

		if (there[row]) {
			hash_index_remove(&index, hashes[row], row);
		} else {
			/* few hashes, clustered, and at the end of the slots: probing wraps */
			hashes[row] =
				rand() % 2 ? (uint32_t)rand() % 600 : 0xffffffffu - rand() % 9;
			assert_int_equal(hash_index_add(&index, hashes[row], row), 0);
		}
		there[row] = !there[row];
		if (round % 20000)
			continue;
		for (uint32_t i = 1; i <= ROWS; i++)
			assert_int_equal(found(&index, hashes[i], i), there[i]);
	}
	hash_index_remove(&index, 12345, 1 << 20); /* not there: nothing happens */
	hash_index_release(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_found_exactly_while_it_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
