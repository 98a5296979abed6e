/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/cleanup.h"
#include "procfs/inet.h"
#include "unit/unit.h"

#define TAIL " 1 0000000000000000 100 0 0 10 0\n"

static struct inet_row parse(const char *line, enum inet_protocol protocol, bool is_v6)
{
	struct inet_row row;

	assert_true(inet_line_parse(line, protocol, is_v6, &row));
	return row;
}

static void assert_v4(const struct endpoint *end, uint8_t a, uint8_t b, uint8_t c, uint8_t d,
		      uint16_t port)
{
	const uint8_t expected[16] = {
		[10] = 0xff, [11] = 0xff, [12] = a, [13] = b, [14] = c, [15] = d};

	assert_memory_equal(end->addr, expected, 16);
	assert_int_equal(end->port, port);
}

static void tcp_line_gives_every_field(void **state)
{
	struct inet_row row = parse(
		"   1: 0100007F:0016 0200A8C0:FFFF 01 00000010:00000020 02:000005DC 0000001F  1000"
		"        7 2086" TAIL,
		INET_PROTOCOL_TCP, false);

	assert_v4(&row.local, 127, 0, 0, 1, 22);
	assert_v4(&row.remote, 192, 168, 0, 2, 65535);
	assert_int_equal(row.protocol, INET_PROTOCOL_TCP);
	assert_false(row.is_v6);
	assert_int_equal(row.state, 1);
	assert_int_equal(row.tx_queue, 16);
	assert_int_equal(row.rx_queue, 32);
	assert_int_equal(row.timer, 2);
	assert_int_equal(row.expires, 1500);
	assert_int_equal(row.retransmits, 31);
	assert_int_equal(row.uid, 1000);
	assert_int_equal(row.probes, 7);
	assert_int_equal(row.inode, 2086);
}

static void tcp6_line_has_four_words_in_host_order(void **state)
{
	static const uint8_t local[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	static const uint8_t remote[16] = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 9};
	struct inet_row row = parse(
		"  12: B80D0120000000000000000001000000:1F90 0000000000000000FFFF00000900000A:0001 0A "
		"00000000:00000000 00:00000000 00000000     0        0 2087" TAIL,
		INET_PROTOCOL_TCP, true);

	assert_memory_equal(row.local.addr, local, 16);
	assert_memory_equal(row.remote.addr, remote, 16);
	assert_true(row.is_v6);
	assert_int_equal(row.local.port, 8080);
}

static void numbers_beyond_their_type_wrap_as_the_reference_reads_them(void **state)
{
	struct inet_row row = parse(
		"   0: 0100007F:0016 00000000:0000 0A FFFFFFFF:123456789 00:123456789A 1FFFFFFFF "
		"4294967294 -7 18446744073709551615" TAIL,
		INET_PROTOCOL_TCP, false);

	assert_int_equal(row.uid, -2);
	assert_int_equal(row.probes, -7);
	assert_true(row.tx_queue == 0xffffffff);
	assert_true(row.rx_queue == 0x123456789);
	assert_true(row.expires == 0x123456789a);
	assert_true(row.inode == UINT64_MAX);
}

static void states_and_timers_above_a_byte_are_clipped(void **state)
{
	struct inet_row row = parse("   0: 0100007F:0016 00000000:0000 1FF 0:0 FFFF:0 0 0 0 1\n",
				    INET_PROTOCOL_TCP, false);

	assert_int_equal(row.state, 255);
	assert_int_equal(row.timer, 255);
}

static void what_is_missing_behind_the_timer_is_zero(void **state)
{
	struct inet_row row =
		parse("0: 0100007F:0016 00000000:0000 07 00000000:00000000 03:00000001\n",
		      INET_PROTOCOL_UDP, false);

	assert_int_equal(row.timer, 3);
	assert_int_equal(row.uid, 0);
	assert_int_equal(row.inode, 0);
	row = parse("0: 0100007F:0016 00000000:0000 07 00000000:00000000 03:00000001 00000002 1000",
		    INET_PROTOCOL_TCP, false);
	assert_int_equal(row.uid, 1000);
	assert_int_equal(row.inode, 0);
}

static void lines_with_too_few_fields_are_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"\n",
		"bogus\n",
		"   0\n",
		"   0:\n",
		"   0: 0100007F\n",
		"   0: 0100007F:\n",
		"   0: :0016\n",
		"   0: 0100007F:0016 \n",
		"   0: 0100007F:0016 00000000:0000\n",
		"0: 0100007F:0016 00000000:0000 0A\n",
		"0: 0100007F:0016 00000000:0000 0A 00000000\n",
		"0: 0100007F:0016 00000000:0000 0A 00000000:\n",
		"0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00\n",
		"0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:\n",
		"x: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 0 0 0 0\n",
		"0: 0100007FG:0016 00000000:0000 0A 00000000:00000000 00:00000000 0 0 0 0\n",
		"0: 00000000000000000000000000000000000000000000000000000000000000000:0016 00000000:0000 0A 0:0 0:0 0\n",
		"\xff\xfe\x80\n",
	};
	struct inet_row row;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		for (int protocol = 0; protocol < INET_PROTOCOL_MAX; protocol++)
			assert_false(inet_line_parse(lines[i], protocol, false, &row));
	}
	assert_false(
		inet_line_parse("0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000\n",
				INET_PROTOCOL_TCP, false, &row));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_line_gives_every_field),
		cmocka_unit_test(tcp6_line_has_four_words_in_host_order),
		cmocka_unit_test(numbers_beyond_their_type_wrap_as_the_reference_reads_them),
		cmocka_unit_test(states_and_timers_above_a_byte_are_clipped),
		cmocka_unit_test(what_is_missing_behind_the_timer_is_zero),
		cmocka_unit_test(lines_with_too_few_fields_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
