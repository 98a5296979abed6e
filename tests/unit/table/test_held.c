/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A task's sockets are kept once each, however many descriptors it has of them. */
#include "table/held.h"
#include "unit/unit.h"

#define SOCKETS 1000

struct given {
	size_t count;
	uint64_t cookies, pids;
};

static void on_held(void *context, const struct held_socket *held, size_t count)
{
	struct given *given = context;

	given->count += count;
	for (size_t i = 0; i < count; i++) {
		given->cookies += held[i].cookie;
		given->pids += held[i].owner.pid;
	}
}

static void add_all(struct held *held, uint32_t pid, uint32_t sockets)
{
	for (uint32_t i = 1; i <= sockets; i++) {
		const struct held_socket one = {.cookie = i, .owner = {.pid = pid}};

		assert_int_equal(held_add(held, &one), 0);
	}
}

static void duplicated_descriptors_are_one(void **state)
{
	struct held held = {};
	struct given given = {};
	const struct pass_handler handle = {.held = on_held, .context = &given};

	for (int round = 0; round < 50; round++)
		add_all(&held, 1, SOCKETS);
	add_all(&held, 2, 2);
	add_all(&held, 2, SOCKETS);
	assert_int_equal(held.count, 2 * SOCKETS);
	held_give(&held, &handle);
	assert_int_equal(given.count, 2 * SOCKETS);
	assert_int_equal(given.cookies, 2 * (SOCKETS * (SOCKETS + 1) / 2));
	assert_int_equal(given.pids, 3 * SOCKETS);
	held_release(&held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(duplicated_descriptors_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
