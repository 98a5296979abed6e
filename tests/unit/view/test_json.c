/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events -> JSON lines. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "unit/unit.h"
#include "unit/view/sample.h"

static void assert_json(const struct event *event, const char *expected)
{
	_cleanup_(buf_release) struct buf out = {0};
	struct view view = sample_view();

	view_json(&view, event, &out);
	buf_putc(&out, '\0');
	assert_string_equal(out.data, expected);
}

static void assert_json_has(const struct event *event, const char *part)
{
	_cleanup_(buf_release) struct buf out = {0};
	struct view view = sample_view();

	view_json(&view, event, &out);
	buf_putc(&out, '\0');
	if (!strstr(out.data, part))
		fail_msg("no %s in %s", part, out.data);
}

static void json_has_every_key_of_a_state_event_in_order(void **state)
{
	struct event event = sample_state();

	assert_json(
		&event,
		"{\"time\":\"2025-11-20T10:15:02.120451003Z\",\"ktime_ns\":120451003,\"kind\":\"state\","
		"\"netns\":4026531840,\"protocol\":\"tcp\",\"cookie\":4711,\"family\":\"inet\",\"laddr\":\"10.0.0.5\","
		"\"lport\":41022,\"raddr\":\"93.184.216.34\",\"rport\":443,\"old\":\"SYN_SENT\","
		"\"new\":\"ESTABLISHED\",\"after_us\":11345,\"pid\":10359,\"comm\":\"curl\",\"uid\":1000,"
		"\"owner\":\"connect\",\"cgroup\":\"/user.slice\",\"err\":null,\"fd\":null,\"ret\":null,"
		"\"latency_us\":null,\"lost\":null,\"netns_name\":null,\"closed_by\":null,\"address_from\":null,\"blocked_by\":null,\"timeout\":null}\n");
}

static void json_has_null_for_what_a_call_has_not(void **state)
{
	struct event event = sample_call(EVENT_CONNECT, -ECONNREFUSED, 5);

	assert_json(
		&event,
		"{\"time\":\"2025-11-20T10:15:02.120451003Z\",\"ktime_ns\":120451003,\"kind\":\"connect\","
		"\"netns\":4026531840,\"protocol\":\"tcp\",\"cookie\":4711,\"family\":\"inet\",\"laddr\":\"10.0.0.5\","
		"\"lport\":41022,\"raddr\":\"93.184.216.34\",\"rport\":443,\"old\":null,\"new\":null,"
		"\"after_us\":null,\"pid\":10359,\"comm\":\"curl\",\"uid\":1000,\"owner\":\"connect\","
		"\"cgroup\":\"/user.slice\",\"err\":\"ECONNREFUSED\",\"fd\":5,\"ret\":-111,\"latency_us\":250,"
		"\"lost\":null,\"netns_name\":null,\"closed_by\":null,\"address_from\":null,\"blocked_by\":null,\"timeout\":null}\n");
}

static void json_of_a_gap_has_its_time_and_what_was_lost(void **state)
{
	struct event event = sample_gap(42);

	assert_json(
		&event,
		"{\"time\":\"2025-11-20T10:15:02.120451003Z\",\"ktime_ns\":120451003,\"kind\":\"gap\","
		"\"netns\":null,\"protocol\":null,\"cookie\":null,\"family\":null,\"laddr\":null,\"lport\":null,"
		"\"raddr\":null,\"rport\":null,\"old\":null,\"new\":null,\"after_us\":null,\"pid\":null,"
		"\"comm\":null,\"uid\":null,\"owner\":null,\"cgroup\":null,\"err\":null,\"fd\":null,\"ret\":null,"
		"\"latency_us\":null,\"lost\":42,\"netns_name\":null,\"closed_by\":null,\"address_from\":null,\"blocked_by\":null,\"timeout\":null}\n");
}

static void json_has_null_for_what_is_unknown(void **state)
{
	struct event event = sample_state();

	event.flow.cookie = event.flow.netns = event.flow.pid = event.flow.owner =
		event.flow.family = 0;
	event.flow.cgroup_id = 11; /* has no path */
	event.flow.comm[0] = '\0';
	event.after_ns = EVENT_NS_UNKNOWN;
	assert_json(
		&event,
		"{\"time\":\"2025-11-20T10:15:02.120451003Z\",\"ktime_ns\":120451003,\"kind\":\"state\","
		"\"netns\":null,\"protocol\":\"tcp\",\"cookie\":null,\"family\":null,\"laddr\":null,\"lport\":null,"
		"\"raddr\":null,\"rport\":null,\"old\":\"SYN_SENT\",\"new\":\"ESTABLISHED\",\"after_us\":null,"
		"\"pid\":null,\"comm\":null,\"uid\":1000,\"owner\":null,\"cgroup\":null,\"err\":null,\"fd\":null,"
		"\"ret\":null,\"latency_us\":null,\"lost\":null,\"netns_name\":null,\"closed_by\":null,\"address_from\":null,\"blocked_by\":null,\"timeout\":null}\n");
}

static void json_writes_addresses_by_what_they_are(void **state)
{
	static const struct {
		uint8_t family;
		const char *addr, *expected;
	} rows[] = {
		{AF_INET, "127.0.0.1", "\"family\":\"inet\",\"laddr\":\"127.0.0.1\""},
		{AF_INET, "0.0.0.0", "\"family\":\"inet\",\"laddr\":\"0.0.0.0\""},
		{AF_INET6, "192.0.2.1",
		 "\"family\":\"inet6\",\"laddr\":\"192.0.2.1\""}, /* v4-mapped */
		{AF_INET6, "::1", "\"family\":\"inet6\",\"laddr\":\"::1\""},
		{AF_INET6, "::", "\"family\":\"inet6\",\"laddr\":\"::\""},
		{AF_INET6, "2001:db8:1:2:3:4:5:6",
		 "\"family\":\"inet6\",\"laddr\":\"2001:db8:1:2:3:4:5:6\""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct event event = sample_state();

		event.flow.family = rows[i].family;
		event.flow.local = sample_end(rows[i].addr, 80);
		assert_json_has(&event, rows[i].expected);
	}
}

static void json_names_errors_and_numbers_those_without_a_name(void **state)
{
	static const struct {
		int err;
		const char *expected;
	} rows[] = {
		{EPERM, "\"err\":\"EPERM\""},
		{EAGAIN, "\"err\":\"EAGAIN\""},
		{ENETUNREACH, "\"err\":\"ENETUNREACH\""},
		{ETIMEDOUT, "\"err\":\"ETIMEDOUT\""},
		{41, "\"err\":\"errno-41\""},
		{523, "\"err\":\"errno-523\""},
		{INT32_MAX, "\"err\":\"errno-2147483647\""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct event event = sample_state();

		event.new_state = TCP_STATE_CLOSE;
		event.err = rows[i].err;
		assert_json_has(&event, rows[i].expected);
	}
}

static void json_stays_json_with_any_bytes_in_comm(void **state)
{
	static const struct {
		const char *comm, *expected;
	} rows[] = {
		{"a\"b\\c", "\"comm\":\"a\\\"b\\\\c\""},
		{"\n\t\x1b[31m\x7f", "\"comm\":\"\\u000a\\u0009\\u001b[31m\\u007f\""},
		{"gr\xc3\xbc\xc3\x9f \xe2\x82\xac\xf0\x9f\x90\xa7",
		 "\"comm\":\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac\xf0\x9f\x90\xa7\""},
		{"\xff\xfe", "\"comm\":\"\\ufffd\\ufffd\""},
		{"cut\xe2\x82",
		 "\"comm\":\"cut\\ufffd\\ufffd\""}, /* a character cut by the kernel */
		{"\xc0\xaf\xed\xa0\x80",
		 "\"comm\":\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* overlong, surrogate */
		{"\xc2\x9b"
		 "31m",
		 "\"comm\":\"\\u009b31m\""},		  /* C1: CSI */
		{"\xe2\x80\xae", "\"comm\":\"\\u202e\""}, /* turns the line around */
		{"", "\"comm\":\"\""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct event event = sample_state();

		strcpy(event.flow.comm, rows[i].comm);
		assert_json_has(&event, rows[i].expected);
	}
}

static void json_takes_a_number_outside_the_contract_as_a_number(void **state)
{
	struct event event = sample_state();

	event.old_state = 200;
	event.flow.owner = 77;
	event.flow.protocol = 255;
	event.flow.family = 3;
	assert_json_has(&event, "\"protocol\":\"protocol-255\"");
	assert_json_has(&event, "\"family\":\"family-3\"");
	assert_json_has(&event, "\"old\":\"state-200\"");
	assert_json_has(&event, "\"owner\":\"owner-77\"");
}

static void json_asks_for_the_path_of_a_cgroup_once(void **state)
{
	_cleanup_(buf_release) struct buf out = {0};
	struct event event = sample_state();
	struct view view = sample_view();
	unsigned int asked = 0;

	view.context = &asked;
	for (int i = 0; i < 3; i++)
		view_json(&view, &event, &out);
	assert_int_equal(asked, 1);
	event.flow.cgroup_id = 10;
	buf_clear(&out);
	view_json(&view, &event, &out);
	view_json(&view, &event, &out);
	assert_int_equal(asked, 2);
	buf_putc(&out, '\0');
	assert_non_null(
		strstr(strstr(out.data, "\"lost\""), "\"cgroup\":\"/a\\\"b\\u001b\\ufffd\""));
}

static const char *long_path(void *context, uint64_t cgroup_id)
{
	return context;
}

static void json_writes_a_cgroup_path_of_any_length(void **state)
{
	static const size_t lengths[] = {1, 590, 597, 598, 599, 600, 4095, 70000};

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		_cleanup_(buf_release) struct buf out = {0};
		_cleanup_(cleanup_free) char *path = malloc(lengths[i] + 1);
		struct event event = sample_state();
		struct view view = sample_view();
		size_t once;

		memset(path, 'x', lengths[i]);
		path[lengths[i]] = '\0';
		view.cgroup_path = long_path;
		view.context = path;
		view_json(&view, &event, &out);
		once = out.len;
		view_json(&view, &event, &out);
		assert_int_equal(out.len, 2 * once);
		assert_memory_equal(out.data, out.data + once, once);
		assert_non_null(memmem(out.data, once, path, lengths[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_has_every_key_of_a_state_event_in_order),
		cmocka_unit_test(json_has_null_for_what_a_call_has_not),
		cmocka_unit_test(json_of_a_gap_has_its_time_and_what_was_lost),
		cmocka_unit_test(json_has_null_for_what_is_unknown),
		cmocka_unit_test(json_writes_addresses_by_what_they_are),
		cmocka_unit_test(json_names_errors_and_numbers_those_without_a_name),
		cmocka_unit_test(json_stays_json_with_any_bytes_in_comm),
		cmocka_unit_test(json_takes_a_number_outside_the_contract_as_a_number),
		cmocka_unit_test(json_asks_for_the_path_of_a_cgroup_once),
		cmocka_unit_test(json_writes_a_cgroup_path_of_any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
