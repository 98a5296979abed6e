/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <arpa/inet.h>

#include "netstat/layout/json_layout.h"
#include "unit/unit.h"

static struct endpoint end_of(const char *address, uint16_t port)
{
	struct endpoint end = {.port = port};

	if (inet_pton(AF_INET6, address, end.addr) != 1) {
		end.addr[10] = end.addr[11] = 0xff;
		assert_int_equal(inet_pton(AF_INET, address, end.addr + 12), 1);
	}
	return end;
}

static void expect(struct buf *out, const char *text)
{
	assert_false(out->failed);
	buf_putc(out, '\0');
	assert_string_equal(out->data, text);
	buf_release(out);
}

static void titles_are_empty(void **state)
{
	struct netstat_options options = {.json = true};
	struct buf out = {0};

	netstat_json_layout.inet_title(&out, &options);
	netstat_json_layout.unix_title(&out, &options, true);
	assert_int_equal(out.len, 0);
}

static void numeric_tcp_row_has_every_number_and_no_name(void **state)
{
	struct netstat_options options = {
		.numeric_hosts = true, .numeric_ports = true, .numeric_users = true};
	struct inet_row row = {.local = end_of("10.0.0.1", 22),
			       .remote = end_of("10.0.0.2", 50000),
			       .state = 1,
			       .timer = 2,
			       .rx_queue = 4294967295,
			       .tx_queue = 7,
			       .uid = -2,
			       .probes = -1,
			       .expires = 720005,
			       .retransmits = 3,
			       .inode = 18446744073709551615u};
	struct socket_texts texts = {0};
	struct buf out = {0};

	netstat_json_layout.inet(&out, &options, &row, &texts);
	expect(&out,
	       "{\"kind\":\"inet\",\"protocol\":\"tcp\",\"family\":\"inet\",\"state\":\"ESTABLISHED\",\"recv_q\":4294967295,"
	       "\"send_q\":7,\"laddr\":\"10.0.0.1\",\"lport\":22,\"raddr\":\"10.0.0.2\",\"rport\":50000,\"uid\":-2,"
	       "\"inode\":18446744073709551615,\"timer\":\"keepalive\",\"timer_s\":7200.05,\"retransmits\":3,\"probes\":-1}\n");
}

static void names_and_owner_are_there_where_asked_for(void **state)
{
	struct netstat_options options = {.programs = true, .context = true};
	struct inet_row row = {.local = end_of("::ffff:10.0.0.1", 53),
			       .remote = end_of("::", 0),
			       .state = 7,
			       .is_v6 = true,
			       .protocol = INET_PROTOCOL_UDP};
	struct socket_owner owner = {42, "e\x1b\"vil", 6, "unconfined"};
	struct socket_texts texts = {
		.local_host = "a.example", .local_port = "domain", .user = "root", .owner = &owner};
	struct buf out = {0};

	netstat_json_layout.inet(&out, &options, &row, &texts);
	expect(&out,
	       "{\"kind\":\"inet\",\"protocol\":\"udp\",\"family\":\"inet6\",\"state\":null,\"recv_q\":0,\"send_q\":0,"
	       "\"laddr\":\"10.0.0.1\",\"lport\":53,\"raddr\":\"::\",\"rport\":0,\"lhost\":\"a.example\",\"rhost\":null,"
	       "\"lservice\":\"domain\",\"rservice\":null,\"uid\":0,\"user\":\"root\",\"inode\":0,\"timer\":\"off\","
	       "\"timer_s\":0.00,\"retransmits\":0,\"probes\":0,\"pid\":42,\"program\":\"e\\u001b\\\"vil\","
	       "\"context\":\"unconfined\"}\n");
}

static void unknown_numbers_stay_numbers(void **state)
{
	struct netstat_options options = {.numeric_hosts = true,
					  .numeric_ports = true,
					  .numeric_users = true,
					  .programs = true};
	struct inet_row row = {.local = end_of("0.0.0.0", 1),
			       .remote = end_of("0.0.0.0", 0),
			       .state = 200,
			       .timer = 9,
			       .expires = -150};
	struct socket_texts texts = {0};
	struct buf out = {0};

	netstat_json_layout.inet(&out, &options, &row, &texts);
	expect(&out,
	       "{\"kind\":\"inet\",\"protocol\":\"tcp\",\"family\":\"inet\",\"state\":\"state-200\",\"recv_q\":0,"
	       "\"send_q\":0,\"laddr\":\"0.0.0.0\",\"lport\":1,\"raddr\":\"0.0.0.0\",\"rport\":0,\"uid\":0,\"inode\":0,"
	       "\"timer\":\"unkn-9\",\"timer_s\":-1.50,\"retransmits\":0,\"probes\":0,\"pid\":null,\"program\":null}\n");
}

static void sctp_row_lists_all_addresses(void **state)
{
	struct netstat_options options = {.numeric_users = true};
	struct endpoint local[2] = {end_of("10.0.0.1", 9), end_of("fd00::1", 9)},
			remote[1] = {end_of("10.0.0.2", 8)};
	const char *local_hosts[2] = {"one", NULL}, *remote_hosts[1] = {"two"};
	struct sctp_row row = {.is_association = true,
			       .state = 3,
			       .rx_queue = 1,
			       .tx_queue = 2,
			       .local_port = 9,
			       .remote_port = 8,
			       .uid = 5,
			       .inode = 6,
			       .local = local,
			       .local_count = 2,
			       .remote = remote,
			       .remote_count = 1};
	struct socket_texts texts = {0};
	struct buf out = {0};

	netstat_json_layout.sctp(&out, &options, &row, local_hosts, remote_hosts, &texts);
	expect(&out,
	       "{\"kind\":\"sctp\",\"association\":true,\"state\":\"SYN_RECV\",\"recv_q\":1,\"send_q\":2,"
	       "\"laddrs\":[\"10.0.0.1\",\"fd00::1\"],\"raddrs\":[\"10.0.0.2\"],\"lport\":9,\"rport\":8,"
	       "\"lhosts\":[\"one\",null],\"rhosts\":[\"two\"],\"uid\":5,\"inode\":6}\n");
}

static void unix_rows_have_words_for_type_state_and_flags(void **state)
{
	struct netstat_options options = {0};
	struct unix_row rows[] = {
		{.inode = 5,
		 .references = 2,
		 .flags = 1 << 16,
		 .type = 1,
		 .state = 1,
		 .has_inode = true,
		 .path = "/run/\xff x",
		 .path_length = 8},
		{.references = -1,
		 .protocol = 7,
		 .flags = 6 << 16,
		 .type = 9,
		 .state = 1,
		 .path = ""},
		{.type = 5, .state = 77, .has_inode = true, .path = ""},
	};
	struct socket_texts texts = {0};
	struct buf out = {0};

	for (size_t i = 0; i < 3; i++)
		netstat_json_layout.unix_socket(&out, &options, &rows[i], &texts);
	expect(&out,
	       "{\"kind\":\"unix\",\"protocol\":\"unix\",\"references\":2,\"accepting\":true,\"waiting\":false,"
	       "\"no_space\":false,\"type\":\"STREAM\",\"state\":\"LISTENING\",\"inode\":5,\"path\":\"/run/\\ufffd x\"}\n"
	       "{\"kind\":\"unix\",\"protocol\":\"protocol-7\",\"references\":-1,\"accepting\":false,\"waiting\":true,"
	       "\"no_space\":true,\"type\":\"type-9\",\"state\":null,\"inode\":null,\"path\":null}\n"
	       "{\"kind\":\"unix\",\"protocol\":\"unix\",\"references\":0,\"accepting\":false,\"waiting\":false,"
	       "\"no_space\":false,\"type\":\"SEQPACKET\",\"state\":\"state-77\",\"inode\":0,\"path\":null}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(titles_are_empty),
		cmocka_unit_test(numeric_tcp_row_has_every_number_and_no_name),
		cmocka_unit_test(names_and_owner_are_there_where_asked_for),
		cmocka_unit_test(unknown_numbers_stay_numbers),
		cmocka_unit_test(sctp_row_lists_all_addresses),
		cmocka_unit_test(unix_rows_have_words_for_type_state_and_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
