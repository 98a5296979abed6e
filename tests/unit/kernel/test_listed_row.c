/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct wire_listed -> struct listed_connection, and batches of it. */
#include "kernel/listed_row.h"
#include "netstate/tcp_state.h"
#include "unit/unit.h"

#define TICK_NS INT64_C(4000000)

static void keeps_every_number(void **state)
{
	struct wire_listed wire = {
		.ktime_ns = 5000000000,
		.sock = {.cookie = 1,
			 .sock = 2,
			 .cgroup = 3,
			 .netns = 4,
			 .uid = 5,
			 .lport = 6,
			 .rport = 7,
			 .family = 10,
			 .protocol = WIRE_PROTOCOL_MPTCP,
			 .laddr = {[15] = 1},
			 .raddr = {[0] = 0xfd, [15] = 2}},
		.inode = 9,
		.bytes_sent = 10,
		.bytes_received = 11,
		.recv_queue = 12,
		.send_queue = 13,
		.rtt_us = 14,
		.retransmits = 15,
		.state = TCP_STATE_ESTABLISHED,
		.retries = 16,
		.heard_ticks = 250,
		.mark = 17,
		.device = 18,
	};
	struct listed_connection listed;

	assert_true(listed_from_wire(&wire, TICK_NS, &listed));
	assert_int_equal(listed.flow.cookie, 1);
	assert_int_equal(listed.flow.sock, 2);
	assert_int_equal(listed.flow.cgroup_id, 3);
	assert_int_equal(listed.flow.netns, 4);
	assert_int_equal(listed.flow.uid, 5);
	assert_int_equal(listed.flow.local.port, 6);
	assert_int_equal(listed.flow.remote.port, 7);
	assert_int_equal(listed.flow.family, 10);
	assert_int_equal(listed.flow.protocol, FLOW_PROTOCOL_MPTCP);
	assert_memory_equal(listed.flow.local.addr, wire.sock.laddr, 16);
	assert_memory_equal(listed.flow.remote.addr, wire.sock.raddr, 16);
	assert_int_equal(listed.detail.inode, 9);
	assert_int_equal(listed.detail.bytes_sent, 10);
	assert_int_equal(listed.detail.bytes_received, 11);
	assert_int_equal(listed.recv_queue, 12);
	assert_int_equal(listed.send_queue, 13);
	assert_int_equal(listed.detail.rtt_us, 14);
	assert_int_equal(listed.detail.retransmits, 15);
	assert_int_equal(listed.retries, 16);
	assert_int_equal(listed.detail.mark, 17);
	assert_int_equal(listed.detail.device, 18);
	assert_int_equal(listed.detail.heard_ns, 4000000000);
	assert_int_equal(listed.minisocket, 0);
	assert_int_equal(listed.expires_ns, 0);
}

static void minisockets_expire_and_say_that_they_are_such(void **state)
{
	struct wire_listed wire = {.ktime_ns = 1000000000,
				   .form = WIRE_LISTED_TIME_WAIT,
				   .state = TCP_STATE_FIN_WAIT2,
				   .ticks_left = 100};
	struct listed_connection listed;

	assert_true(listed_from_wire(&wire, TICK_NS, &listed));
	assert_int_equal(listed.minisocket, 1);
	assert_int_equal(listed.expires_ns, 1400000000);
	wire.form = WIRE_LISTED_REQUEST;
	wire.state = TCP_STATE_SYN_RECV;
	wire.listener = 99;
	assert_true(listed_from_wire(&wire, TICK_NS, &listed));
	assert_int_equal(listed.minisocket, 1);
	assert_int_equal(listed.expires_ns, 0);
	assert_int_equal(listed.listener, 99);
}

static void a_socket_without_connection_is_no_row(void **state)
{
	static const uint8_t none[] = {TCP_STATE_CLOSE, 13, 200};
	struct listed_connection listed;

	for (size_t i = 0; i < sizeof(none); i++) {
		struct wire_listed wire = {.state = none[i]};

		assert_false(listed_from_wire(&wire, TICK_NS, &listed));
	}
}

static void silence_since_before_the_boot_is_not_known(void **state)
{
	struct wire_listed wire = {
		.state = TCP_STATE_ESTABLISHED, .ktime_ns = 1000, .heard_ticks = 4000000000};
	struct listed_connection listed;

	assert_true(listed_from_wire(&wire, TICK_NS, &listed));
	assert_int_equal(listed.detail.heard_ns, 0);
}

/* Three tries of 250, 500 and 1000 jiffies, from 1000 on: they fire at 1256, 1760 and 2816. */
static void a_connect_is_given_up_when_the_timer_wheel_comes_to_it(void **state)
{
	struct wire_listed wire = {.state = TCP_STATE_SYN_SENT,
				   .ktime_ns = UINT64_C(5000) * 1000000000,
				   .facts = WIRE_LISTED_HAS_DETAILS | WIRE_LISTED_RETRANSMIT,
				   .retrans_stamp = 4999990,
				   .retry_limit = 2,
				   .timer_ticks = 250,
				   .rto = 250,
				   .jiffies = 1000};
	struct listed_connection listed;

	assert_true(listed_from_wire(&wire, TICK_NS, &listed));
	assert_int_equal(listed.detail.gives_up_ns - wire.ktime_ns, (2816 - 1000) * TICK_NS);
	wire.timer_ticks = 150; /* read 100 jiffies later */
	wire.jiffies = 1100;
	assert_true(listed_from_wire(&wire, TICK_NS, &listed));
	assert_int_equal(listed.detail.gives_up_ns - wire.ktime_ns, (2816 - 1100) * TICK_NS);
}

static void count_rows(void *context, const struct listed_connection *listed, size_t count)
{
	*(size_t *)context += count;
}

static void a_batch_gives_each_row_once_and_only_of_its_states(void **state)
{
	size_t given = 0;
	struct socket_rows_handler take = {.rows = count_rows, .context = &given};
	struct listed_batch batch = {
		.handler = &take, .tick_ns = TICK_NS, .states = 1u << TCP_STATE_LISTEN};

	for (unsigned int i = 0; i < 100; i++) {
		struct wire_listed wire = {.state = i % 2 ? TCP_STATE_LISTEN
							  : TCP_STATE_ESTABLISHED};

		listed_batch_add(&batch, &wire);
	}
	assert_int_equal(given, 32);
	listed_batch_flush(&batch);
	listed_batch_flush(&batch);
	assert_int_equal(given, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_every_number),
		cmocka_unit_test(minisockets_expire_and_say_that_they_are_such),
		cmocka_unit_test(a_socket_without_connection_is_no_row),
		cmocka_unit_test(silence_since_before_the_boot_is_not_known),
		cmocka_unit_test(a_connect_is_given_up_when_the_timer_wheel_comes_to_it),
		cmocka_unit_test(a_batch_gives_each_row_once_and_only_of_its_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
