/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Of many connections without an answer, those that connection tracking is asked about. */
#include <string.h>

#include "evidence/store.h"
#include "evidence/tracked.h"
#include "netstate/tcp_state.h"
#include "unit/unit.h"

#define ASKER 4711

static struct evidence_store store;

static int teardown(void **state)
{
	evidence_store_release(&store);
	return 0;
}

/* So many to 10.9.0.`last`, each without an answer. */
static void add(uint32_t count, unsigned int state, uint32_t pid, uint8_t last, uint32_t flags)
{
	struct socket_detail socket = {
		.flow = {.pid = pid,
			 .remote = {.addr = {[10] = 0xff, 0xff, 10, 9, 0, last}, .port = 80}},
		.flags = SOCKET_DETAILS | flags,
		.state = (uint8_t)state,
		.retransmits = 3,
		.unacked = 100,
	};

	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(evidence_store_socket(&store, &socket), 0);
}

static bool is_of_asker(void *context, const struct flow *flow, const struct socket_detail *socket)
{
	return flow->pid == ASKER;
}

static uint32_t count_of(const struct tracked *tracked, uint32_t pid)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < tracked->count; i++)
		count += store.sockets[tracked->list[i]].flow.pid == pid;
	return count;
}

static void chosen_ones_come_first_and_orphans_last(void **state)
{
	const struct tracked_choice choice = {is_of_asker, NULL}, all = {};
	struct tracked *tracked;

	add(90, TCP_STATE_FIN_WAIT1, 0, 1, SOCKET_ORPHAN);
	add(10, TCP_STATE_ESTABLISHED, 12, 2, 0);
	add(30, TCP_STATE_ESTABLISHED, ASKER, 2, 0);
	tracked = tracked_new(&store, &all);
	assert_int_equal(tracked->count, TRACKED_MAX);
	assert_int_equal(tracked->left_out, 130 - TRACKED_MAX);
	assert_int_equal(count_of(tracked, ASKER), 30);
	assert_int_equal(count_of(tracked, 12), 10);
	assert_int_equal(count_of(tracked, 0), TRACKED_MAX - 40);
	tracked_free(tracked);

	add(40, TCP_STATE_ESTABLISHED, 13, 3, 0);
	tracked = tracked_new(&store, &choice);
	assert_int_equal(count_of(tracked, ASKER), 30);
	assert_int_equal(count_of(tracked, 0), 0);
	assert_int_equal(tracked->left_out, 0); /* all that were asked for are among them */
	tracked_free(tracked);
}

static void a_crowd_leaves_room_for_other_destinations(void **state)
{
	const struct tracked_choice all = {};
	struct tracked *tracked;

	add(5000, TCP_STATE_ESTABLISHED, ASKER, 2, 0);
	add(3, TCP_STATE_CLOSE_WAIT, 12, 3, 0);
	add(1, TCP_STATE_ESTABLISHED, 13, 4, 0);
	tracked = tracked_new(&store, &all);
	assert_int_equal(count_of(tracked, ASKER), TRACKED_MAX - 4);
	assert_int_equal(count_of(tracked, 12), 3);
	assert_int_equal(count_of(tracked, 13), 1);
	assert_int_equal(tracked->left_out, 5004 - TRACKED_MAX);
	tracked_free(tracked);
}

static void answered_ones_and_syns_are_not_asked_about(void **state)
{
	const struct tracked_choice all = {};

	add(1, TCP_STATE_SYN_SENT, 12, 2, 0);
	add(1, TCP_STATE_ESTABLISHED, 12, 2, 0);
	store.sockets[1].retransmits = 0;
	assert_null(tracked_new(&store, &all));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(chosen_ones_come_first_and_orphans_last, teardown),
		cmocka_unit_test_teardown(a_crowd_leaves_room_for_other_destinations, teardown),
		cmocka_unit_test_teardown(answered_ones_and_syns_are_not_asked_about, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
