/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Records of sockets with their details -> rows of the evidence. */
#include "kernel/detail_row.h"
#include "netstate/tcp_state.h"
#include "unit/unit.h"

#define TICK_NS 4000000 /* 250 Hz */

static struct wire_detail established(void)
{
	return (struct wire_detail){
		.state = TCP_STATE_ESTABLISHED,
		.ktime_ns = 100 * 1000000000ull,
		.jiffies = 4295000000ull,
		.sent_stamp = (uint32_t)4295000000ull - 250,
		.heard_stamp = (uint32_t)4295000000ull - 500,
		.received_stamp = (uint32_t)4295000000ull,
	};
}

static void a_stamp_that_is_newer_than_the_clock_is_now(void **state)
{
	struct wire_detail wire = established();
	struct socket_detail row;

	wire.received_stamp++; /* a segment came between both reads */
	wire.retransmits = 1;
	wire.retrans_stamp = (uint32_t)(wire.ktime_ns / 1000000) + 1;
	assert_true(detail_from_wire(&wire, TICK_NS, &row));
	assert_int_equal(row.received_ms, 0);
	assert_int_equal(row.hang_ms, 0);
	assert_int_equal(row.sent_ms, 1000);
	assert_int_equal(row.heard_ms, 2000);
}

static void a_hang_is_as_old_as_its_stamp_in_either_unit(void **state)
{
	struct wire_detail wire = established();
	struct socket_detail row;

	wire.retransmits = 3;
	wire.retrans_stamp = (uint32_t)(wire.ktime_ns / 1000000) - 4200;
	assert_true(detail_from_wire(&wire, TICK_NS, &row));
	assert_int_equal(row.hang_ms, 4200);
	wire.retrans_stamp = (uint32_t)(wire.ktime_ns / 1000) - 4200000;
	wire.flags |= WIRE_DETAIL_USEC_TS;
	assert_true(detail_from_wire(&wire, TICK_NS, &row));
	assert_int_equal(row.hang_ms, 4200);
	wire.retransmits = 0;
	assert_true(detail_from_wire(&wire, TICK_NS, &row));
	assert_int_equal(row.hang_ms, EVIDENCE_UNKNOWN32);
}

static void what_is_bound_at_most_or_unknown_is_no_row(void **state)
{
	struct wire_detail wire = established();
	struct socket_detail row;

	wire.state = TCP_STATE_CLOSE;
	assert_false(detail_from_wire(&wire, TICK_NS, &row));
	wire.state = TCP_STATE_NEW_SYN_RECV + 1;
	assert_false(detail_from_wire(&wire, TICK_NS, &row));
	wire = established();
	wire.form = SOCKET_FORMS;
	assert_false(detail_from_wire(&wire, TICK_NS, &row));
}

static void a_minisocket_has_its_end_and_no_details(void **state)
{
	struct wire_detail wire = established();
	struct socket_detail row;

	wire.state = TCP_STATE_TIME_WAIT;
	wire.form = WIRE_DETAIL_TIME_WAIT;
	wire.timer = wire.jiffies + 2500;
	assert_true(detail_from_wire(&wire, TICK_NS, &row));
	assert_int_equal(row.timer_ms, 10000);
	assert_int_equal(row.heard_ms, EVIDENCE_UNKNOWN32);
	assert_false(row.flags & SOCKET_DETAILS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stamp_that_is_newer_than_the_clock_is_now),
		cmocka_unit_test(a_hang_is_as_old_as_its_stamp_in_either_unit),
		cmocka_unit_test(what_is_bound_at_most_or_unknown_is_no_row),
		cmocka_unit_test(a_minisocket_has_its_end_and_no_details),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
