/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What runs of the walk leave -> each socket once. */
#include <errno.h>

#include "kernel/walk_chain.h"
#include "unit/unit.h"

static struct wire_listed rows[WIRE_WALK_ROWS];

struct given {
	uint64_t socks[4096];
	size_t count;
};

static void give(void *context, const void *given_row)
{
	const struct wire_listed *row = given_row;
	struct given *given = context;

	assert_true(given->count < 4096);
	given->socks[given->count++] = row->sock.sock;
}

/* Rows of one bucket from `at` on, of sockets first, first + 1, ... */
static void put(unsigned int at, uint32_t bucket, uint64_t first, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		rows[at + i] = (struct wire_listed){.bucket = bucket, .sock.sock = first + i};
}

static size_t times(const struct given *given, uint64_t sock)
{
	size_t found = 0;

	for (size_t i = 0; i < given->count; i++)
		found += given->socks[i] == sock;
	return found;
}

static void rows_of_buckets_that_are_complete_are_given_at_once(void **state)
{
	struct wire_walk_answer answer = {.rows = 4, .complete = 3};
	struct walk_chain chain = {.size = sizeof(rows[0])};
	struct given given = {};

	put(0, 1, 100, 1);
	put(1, 2, 200, 3);
	assert_int_equal(walk_chain_accept(&chain, &answer, rows, give, &given), 0);
	assert_int_equal(given.count, 3);
	assert_int_equal(chain.count, 1);
	walk_chain_release(&chain);
}

static void an_unfinished_bucket_waits_for_its_end(void **state)
{
	struct wire_walk_answer begun = {.rows = 2}, on = {.rows = 2, .continues = 1},
				ended = {.rows = 3, .complete = 3};
	struct walk_chain chain = {.size = sizeof(rows[0])};
	struct given given = {};

	put(0, 7, 100, 2);
	assert_int_equal(walk_chain_accept(&chain, &begun, rows, give, &given), 0);
	put(0, 7, 102, 2);
	assert_int_equal(walk_chain_accept(&chain, &on, rows, give, &given), 0);
	assert_int_equal(given.count, 0);
	put(0, 7, 104, 1);
	put(1, 8, 200, 2);
	assert_int_equal(walk_chain_accept(&chain, &ended, rows, give, &given), 0);
	assert_int_equal(given.count, 7);
	assert_int_equal(chain.count, 0);
	walk_chain_release(&chain);
}

static void an_unfinished_bucket_that_ends_without_a_row_more_is_given(void **state)
{
	struct wire_walk_answer begun = {.rows = 2}, next = {.rows = 1};
	struct walk_chain chain = {.size = sizeof(rows[0])};
	struct given given = {};

	put(0, 7, 100, 2);
	assert_int_equal(walk_chain_accept(&chain, &begun, rows, give, &given), 0);
	put(0, 9, 300, 1);
	assert_int_equal(walk_chain_accept(&chain, &next, rows, give, &given), 0);
	assert_int_equal(given.count, 2);
	assert_int_equal(chain.count, 1);
	assert_int_equal(((const struct wire_listed *)(const void *)chain.rows)->sock.sock, 300);
	walk_chain_release(&chain);
}

static void what_waits_is_void_where_its_bucket_began_again(void **state)
{
	struct wire_walk_answer begun = {.rows = 2},
				again = {.rows = 1, .complete = 1, .restarted = 1};
	struct walk_chain chain = {.size = sizeof(rows[0])};
	struct given given = {};

	put(0, 7, 100, 2);
	assert_int_equal(walk_chain_accept(&chain, &begun, rows, give, &given), 0);
	put(0, 7, 101, 1);
	assert_int_equal(walk_chain_accept(&chain, &again, rows, give, &given), 0);
	assert_int_equal(given.count, 1);
	assert_int_equal(given.socks[0], 101);
	walk_chain_release(&chain);
}

static void a_socket_that_a_bucket_has_twice_is_given_once(void **state)
{
	static const unsigned int sizes[] = {2, 5, 8, 9, 300};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned int size = sizes[i];
		struct wire_walk_answer answer = {.rows = 2 * size, .complete = 2 * size};
		struct walk_chain chain = {.size = sizeof(rows[0])};
		struct given given = {};

		put(0, 3, 100, size);
		put(size, 3, 100, size);
		assert_int_equal(walk_chain_accept(&chain, &answer, rows, give, &given), 0);
		assert_int_equal(given.count, size);
		for (unsigned int j = 0; j < size; j++)
			assert_int_equal(times(&given, 100 + j), 1);
		walk_chain_release(&chain);
	}
}

static void doubles_are_found_across_runs(void **state)
{
	struct wire_walk_answer begun = {.rows = 5}, ended = {.rows = 5, .complete = 5};
	struct walk_chain chain = {.size = sizeof(rows[0])};
	struct given given = {};

	put(0, 3, 100, 5);
	assert_int_equal(walk_chain_accept(&chain, &begun, rows, give, &given), 0);
	put(0, 3, 102, 5);
	assert_int_equal(walk_chain_accept(&chain, &ended, rows, give, &given), 0);
	assert_int_equal(given.count, 7);
	walk_chain_release(&chain);
}

static void a_chain_without_end_is_an_error(void **state)
{
	struct wire_walk_answer answer = {.rows = WIRE_WALK_ROWS, .continues = 1};
	struct walk_chain chain = {.size = sizeof(rows[0])};
	struct given given = {};
	int err = 0;

	put(0, 3, 100, WIRE_WALK_ROWS);
	for (unsigned int i = 0; !err && i <= WALK_CHAIN_MAX / WIRE_WALK_ROWS; i++)
		err = walk_chain_accept(&chain, &answer, rows, give, &given);
	assert_int_equal(err, -E2BIG);
	assert_int_equal(given.count, 0);
	walk_chain_release(&chain);
}

static void an_answer_that_makes_no_sense_is_an_error(void **state)
{
	static const struct wire_walk_answer bad[] = {
		{.rows = WIRE_WALK_ROWS + 1},
		{.rows = 1, .complete = 2},
	};
	struct walk_chain chain = {.size = sizeof(rows[0])};
	struct given given = {};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(walk_chain_accept(&chain, &bad[i], rows, give, &given), -EPROTO);
	assert_int_equal(given.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_buckets_that_are_complete_are_given_at_once),
		cmocka_unit_test(an_unfinished_bucket_waits_for_its_end),
		cmocka_unit_test(an_unfinished_bucket_that_ends_without_a_row_more_is_given),
		cmocka_unit_test(what_waits_is_void_where_its_bucket_began_again),
		cmocka_unit_test(a_socket_that_a_bucket_has_twice_is_given_once),
		cmocka_unit_test(doubles_are_found_across_runs),
		cmocka_unit_test(a_chain_without_end_is_an_error),
		cmocka_unit_test(an_answer_that_makes_no_sense_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
