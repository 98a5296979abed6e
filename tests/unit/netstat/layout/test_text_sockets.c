/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <arpa/inet.h>

#include "base/cleanup.h"
#include "netstat/layout/sockets.h"
#include "unit/unit.h"

#define NUMERIC .numeric_hosts = true, .numeric_ports = true, .numeric_users = true

static struct endpoint end(const char *text, uint16_t port)
{
	struct endpoint end = {.addr = {[10] = 0xff, [11] = 0xff}, .port = port};

	if (inet_pton(AF_INET, text, end.addr + 12) != 1)
		assert_int_equal(inet_pton(AF_INET6, text, end.addr), 1);
	return end;
}

static void assert_inet(const struct netstat_options *options, const struct inet_row *row,
			const struct socket_texts *texts, const char *expected)
{
	_cleanup_(buf_release) struct buf out = {0};

	netstat_text_layout.inet(&out, options, row, texts);
	buf_putc(&out, '\0');
	assert_string_equal(out.data, expected);
}

static struct inet_row tcp_row(const char *local, const char *remote)
{
	return (struct inet_row){.local = end(local, 22),
				 .remote = end(remote, 54321),
				 .state = 1,
				 .uid = 1000,
				 .inode = 2086};
}

static void tcp_line_has_netstats_columns(void **state)
{
	const struct netstat_options options = {NUMERIC};
	struct inet_row row = tcp_row("127.0.0.1", "10.0.0.2");

	assert_inet(
		&options, &row, &(struct socket_texts){0},
		"tcp        0      0 127.0.0.1:22            10.0.0.2:54321          ESTABLISHED\n");
	row.state = 10;
	row.remote = end("0.0.0.0", 0);
	row.rx_queue = 4294967295;
	assert_inet(
		&options, &row, &(struct socket_texts){0},
		"tcp   4294967295      0 127.0.0.1:22            0.0.0.0:*               LISTEN     \n");
}

static void optional_columns_follow_in_netstats_order(void **state)
{
	const struct netstat_options options = {NUMERIC, .extend = 1, .programs = true,
						.timers = true};
	const struct socket_owner owner = {
		.pid = 4711, .name = "a-rather-long-name", .name_length = 18};
	struct inet_row row = tcp_row("127.0.0.1", "10.0.0.2");

	row.timer = 2;
	row.expires = 12345;
	row.retransmits = 3;
	row.probes = -7;
	assert_inet(
		&options, &row, &(struct socket_texts){.owner = &owner},
		"tcp        0      0 127.0.0.1:22            10.0.0.2:54321          ESTABLISHED 1000       2086       "
		"4711/a-rather-long-  keepalive (123.45/3/-7)\n");
	row.timer = 0;
	row.uid = -2;
	assert_inet(
		&options, &row, &(struct socket_texts){.user = "somebody-long"},
		"tcp        0      0 127.0.0.1:22            10.0.0.2:54321          ESTABLISHED somebody-long 2086       "
		"-                    off (0.00/3/-7)\n");
	row.timer = 200;
	assert_inet(
		&options, &row, &(struct socket_texts){0},
		"tcp        0      0 127.0.0.1:22            10.0.0.2:54321          ESTABLISHED -2         2086       "
		"-                    unkn-200 (123.45/3/-7)\n");
}

static void addresses_are_cut_at_22_and_not_with_wide(void **state)
{
	static const struct {
		const char *host, *port, *cut;
	} cases[] = {
		{"a.long.host.name.example", "http", "a.long.host.name.e:http"},
		{"short", "a-service-name-of-26-bytes", "shor:a-service-name-of-"},
		{"a.long.host.name.example", "a-service-name-of-26-bytes",
		 "a.lo:a-service-name-of-"},
		{"exactly.eighteen.x", "http", "exactly.eighteen.x:http"},
		{"exactly.nineteen.xx", "http", "exactly.nineteen.x:http"},
		{"", "a-service-name-of-26-bytes", ":a-service-name-of-"},
	};
	struct netstat_options options = {0};
	struct inet_row row = tcp_row("1.2.3.4", "1.2.3.4");

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct socket_texts texts = {.local_host = cases[i].host,
					     .local_port = cases[i].port};
		_cleanup_(buf_release) struct buf out = {0};

		netstat_text_layout.inet(&out, &options, &row, &texts);
		assert_memory_equal(out.data + 20, cases[i].cut, strlen(cases[i].cut));
		assert_int_equal(out.data[20 + 23], ' ');
	}
	options.wide = true;
	assert_inet(
		&options, &row,
		&(struct socket_texts){.local_host = cases[0].host, .local_port = "http"},
		"tcp        0      0 a.long.host.name.example:http 1.2.3.4:54321           ESTABLISHED\n");
}

static void ipv6_is_written_as_netstat_does(void **state)
{
	static const struct {
		const char *addr;
		bool numeric;
		const char *text;
	} cases[] = {
		{"::", true, ":::22 "},
		{"::", false, "[::]:22 "},
		{"::ffff:1.2.3.4", true, "1.2.3.4:22 "},
		{"::1.2.3.4", true, "::1.2.3.4:22 "},
		{"fe80::77:7007", true, "fe80::77:7007:22 "},
		{"2001:db8:aaaa:bbbb:cccc::443", true, "2001:db8:aaaa:bbbb:c:22 "},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct netstat_options options = {.numeric_hosts = cases[i].numeric};
		struct inet_row row = tcp_row(cases[i].addr, "::1");
		_cleanup_(buf_release) struct buf out = {0};

		row.is_v6 = true;
		netstat_text_layout.inet(&out, &options, &row, &(struct socket_texts){0});
		assert_memory_equal(out.data, "tcp6 ", 5);
		assert_memory_equal(out.data + 20, cases[i].text, strlen(cases[i].text));
	}
}

static void other_protocols_have_their_own_states_and_timers(void **state)
{
	const struct netstat_options options = {NUMERIC, .timers = true};
	struct inet_row row = {.local = end("0.0.0.0", 68),
			       .remote = end("0.0.0.0", 0),
			       .state = 7,
			       .timer = 2,
			       .expires = 291,
			       .retransmits = 9,
			       .protocol = INET_PROTOCOL_UDP};

	assert_inet(
		&options, &row, &(struct socket_texts){0},
		"udp        0      0 0.0.0.0:68              0.0.0.0:*                           on2 (2.91/0/0)\n");
	row.protocol = INET_PROTOCOL_UDPLITE;
	row.is_v6 = true;
	row.state = 3;
	row.timer = 3;
	assert_inet(
		&options, &row, &(struct socket_texts){0},
		"udpl6      0      0 0.0.0.0:68              0.0.0.0:*               UNKNOWN     unkn-3 (2.91/0/0)\n");
	row.protocol = INET_PROTOCOL_RAW;
	row.state = 7;
	assert_inet(
		&options, &row, &(struct socket_texts){.local_port = "icmp"},
		"raw6       0      0 0.0.0.0:icmp            0.0.0.0:*               7           unkn-3 (2.91/9/0)\n");
}

static void states_that_tcp_does_not_have_are_numbers(void **state)
{
	const struct netstat_options options = {NUMERIC};

	for (unsigned int number = 0; number < 256; number++) {
		struct inet_row row = tcp_row("1.2.3.4", "1.2.3.4");
		_cleanup_(buf_release) struct buf out = {0};

		row.state = (uint8_t)number;
		netstat_text_layout.inet(&out, &options, &row, &(struct socket_texts){0});
		assert_int_equal(out.len, number < 100 ? 80 : 81);
		if (number > 11)
			assert_memory_equal(out.data + 68, "UNKNOWN(", 8);
	}
}

static void sctp_lists_every_address_on_its_line(void **state)
{
	const struct netstat_options options = {NUMERIC, .extend = 1, .timers = true};
	const struct endpoint local[] = {end("10.0.0.1", 9000), end("10.0.0.2", 9000)};
	const struct endpoint remote[] = {end("10.0.0.3", 9001), end("2001:db8::1", 9001),
					  end("10.0.0.5", 9001)};
	const char *const none[3] = {0};
	struct sctp_row row = {.is_association = true,
			       .state = 1,
			       .rx_queue = 8,
			       .tx_queue = 7,
			       .inode = 22,
			       .local = local,
			       .local_count = 2,
			       .remote = remote,
			       .remote_count = 3};
	_cleanup_(buf_release) struct buf out = {0};

	netstat_text_layout.sctp(&out, &options, &row, none, none, &(struct socket_texts){0});
	row.is_association = false;
	row.remote_count = 0;
	row.state = 19;
	netstat_text_layout.sctp(&out, &options, &row, none, none, &(struct socket_texts){0});
	row.local_count = 0;
	row.state = 0;
	netstat_text_layout.sctp(&out, &options, &row, none, none, &(struct socket_texts){0});
	buf_putc(&out, '\0');
	assert_string_equal(
		out.data,
		"sctp       8      7 10.0.0.1:9000           10.0.0.3:9001           ESTABLISHED\n"
		"                    10.0.0.2                2001:db8::1                        \n"
		"                                            10.0.0.5                            0          22        "
		" \n"
		"sctp                10.0.0.1:9000                                   UNKNOWN(19)\n"
		"                    10.0.0.2:9000                                               0          22        "
		" \n"
		"sctp                                                                            0          22        "
		" \n");
}

static void assert_unix(const struct netstat_options *options, const struct unix_row *row,
			const char *expected)
{
	_cleanup_(buf_release) struct buf out = {0};

	netstat_text_layout.unix_socket(&out, options, row, &(struct socket_texts){0});
	buf_putc(&out, '\0');
	assert_string_equal(out.data, expected);
}

static void unix_line_has_netstats_columns(void **state)
{
	const struct netstat_options options = {0}, programs = {.programs = true};
	struct unix_row row = {.inode = 12345,
			       .references = 2,
			       .flags = 0x10000,
			       .type = 1,
			       .state = 1,
			       .has_inode = true,
			       .path = "/run/x",
			       .path_length = 6};

	assert_unix(&options, &row,
		    "unix  2      [ ACC ]     STREAM     LISTENING     12345    /run/x\n");
	row.path_length = 0;
	row.flags = 0x70000;
	row.state = 3;
	row.protocol = 1;
	assert_unix(&options, &row,
		    "??    2      [ ACC W N ] STREAM     CONNECTED     12345    \n");
	row.type = 9;
	row.state = 77;
	row.flags = 0;
	assert_unix(
		&programs, &row,
		"??    2      [ ]         UNKNOWN    UNKNOWN       12345    -                    \n");
	row.has_inode = false;
	assert_unix(&options, &row,
		    "??    2      [ ]         UNKNOWN    UNKNOWN       -        12345\n");
}

static void listening_and_all_choose_rows(void **state)
{
	const struct netstat_options plain = {0}, listening = {.listening = true},
				     all = {.all = true};
	struct inet_row tcp = tcp_row("1.2.3.4", "0.0.0.0"),
			udp = tcp_row("1.2.3.4", "::ffff:0.0.0.0");
	struct unix_row server = {.state = 1, .flags = 0x10000}, bound = {.state = 1};

	assert_true(netstat_shows_inet(&plain, &tcp)); /* by the remote port */
	tcp.remote.port = 0;
	assert_false(netstat_shows_inet(&plain, &tcp));
	assert_true(netstat_shows_inet(&listening, &tcp));
	assert_true(netstat_shows_inet(&all, &tcp));
	udp.protocol = INET_PROTOCOL_UDP; /* by the remote address */
	assert_false(netstat_shows_inet(&plain, &udp));
	udp.is_v6 = true;
	assert_true(netstat_shows_inet(&plain, &udp));
	assert_false(netstat_shows_unix(&plain, &server));
	assert_true(netstat_shows_unix(&listening, &server));
	assert_true(netstat_shows_unix(&plain, &bound));
	assert_false(netstat_shows_unix(&listening, &bound));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_line_has_netstats_columns),
		cmocka_unit_test(optional_columns_follow_in_netstats_order),
		cmocka_unit_test(addresses_are_cut_at_22_and_not_with_wide),
		cmocka_unit_test(ipv6_is_written_as_netstat_does),
		cmocka_unit_test(other_protocols_have_their_own_states_and_timers),
		cmocka_unit_test(states_that_tcp_does_not_have_are_numbers),
		cmocka_unit_test(sctp_lists_every_address_on_its_line),
		cmocka_unit_test(unix_line_has_netstats_columns),
		cmocka_unit_test(listening_and_all_choose_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
