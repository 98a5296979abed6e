/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connections -> JSON lines, lines of text, their order. */
#include <stdio.h>

#include "base/cleanup.h"
#include "unit/unit.h"
#include "unit/view/row_sample.h"

#define FLOW                                                                                                    \
	"\"netns\":4026531840,\"protocol\":\"tcp\",\"cookie\":4711,\"family\":\"inet\",\"laddr\":\"10.0.0.5\"," \
	"\"lport\":41022,\"raddr\":\"93.184.216.34\",\"rport\":443,"
#define BEGIN                                                                                      \
	"{\"time\":\"2025-11-20T10:17:02.000000000Z\",\"ktime_ns\":120000000000,\"kind\":\"connection\"," FLOW

static void assert_json(const struct row_view *row, const char *expected)
{
	_cleanup_(buf_release) struct buf out = {0};
	struct view view = sample_view();

	row_json(&view, NULL, row, &out);
	buf_putc(&out, '\0');
	assert_string_equal(out.data, expected);
}

static void json_has_the_keys_of_an_event_and_then_its_own(void **state)
{
	struct connection_detail detail = {
		.inode = 5,
		.bytes_sent = 6,
		.bytes_received = 7,
		.rtt_us = 8,
		.retransmits = 9,
		.has = DETAIL_HAS_KEEPALIVE | DETAIL_HAS_KEEP_TIMES | DETAIL_HAS_SND_WND |
		       DETAIL_HAS_RCV_WND | DETAIL_HAS_UNACKED,
		.keepalive = 1,
		.keep_left = 9,
		.keep_idle_ms = 7200000,
		.keep_interval_ms = 75000,
		.rcv_wnd = 65535,
		.unacked = 11,
		.heard_ns = ROW_NOW_NS - 500000000,
		.sent_ns = ROW_NOW_NS - 1000000000,
		.received_ns = ROW_NOW_NS - 2000000000,
		.window_ns = ROW_NOW_NS - 900000000,
		.gives_up_ns = ROW_NOW_NS + 4000000000,
	};
	struct connection connection = sample_row();
	struct row_view row = sample_row_view(&connection, &detail);

	row.owner_count = 2;
	row.owners[0] = (struct connection_owner){
		.pid = 10359, .uid = 1000, .comm = "curl", .owner = FLOW_OWNER_CONNECT};
	row.owners[1] =
		(struct connection_owner){.pid = 10360, .comm = "\"\x1b", .owner = FLOW_OWNER_SCAN};
	assert_json(
		&row, BEGIN
		"\"old\":\"SYN_SENT\",\"new\":\"ESTABLISHED\",\"after_us\":null,\"pid\":10359,\"comm\":\"curl\","
		"\"uid\":1000,\"owner\":\"connect\",\"cgroup\":\"/user.slice\",\"err\":null,\"fd\":null,\"ret\":null,"
		"\"latency_us\":null,\"lost\":null,\"state\":\"ESTABLISHED\","
		"\"since\":\"2025-11-20T10:16:00.999999001Z\",\"age_us\":61000000,\"expires_ms\":null,"
		"\"owners\":[{\"pid\":10359,\"comm\":\"curl\",\"uid\":1000,\"owner\":\"connect\"},"
		"{\"pid\":10360,\"comm\":\"\\\"\\u001b\",\"uid\":0,\"owner\":\"scan\"}],\"recv_q\":3,\"send_q\":4096,"
		"\"accept_queue\":null,\"backlog\":null,\"retries\":2,\"rtt_us\":8,\"retransmits\":9,\"bytes_sent\":6,"
		"\"bytes_received\":7,\"inode\":5,\"unit\":null,\"minisocket\":null,\"netns_name\":null,\"device\":null,\"fwmark\":null,"
		"\"opened_by\":null,\"closed_by\":null,"
		"\"holding\":\"process\",\"listener\":null,\"idle_us\":1000000,\"last_received_us\":2000000,"
		"\"last_sent_us\":1000000,\"last_ack_us\":500000,\"keepalive\":\"on\",\"keepalive_idle_us\":7200000000,"
		"\"keepalive_interval_us\":75000000,\"keepalive_probes_left\":9,\"snd_wnd\":0,\"rcv_wnd\":65535,"
		"\"zero_window_us\":900000,\"unacked\":11,\"gives_up_us\":4000000,\"socket_type\":null,\"path\":null,\"peer_inode\":null,\"peer_path\":null,"
		"\"peer_owners\":null}\n");
}

static void json_of_a_time_wait_says_when_it_ends_and_what_nobody_knows(void **state)
{
	struct connection connection = sample_time_wait();
	struct row_view row;

	connection.flags |= CONNECTION_SINCE_UNKNOWN;
	connection.previous = 0;
	connection.flow.owner = connection.flow.pid = 0;
	connection.flow.comm[0] = '\0';
	connection.flow.cgroup_id = 0;
	row = sample_row_view(&connection, NULL);
	assert_json(
		&row, BEGIN
		"\"old\":null,\"new\":\"TIME_WAIT\",\"after_us\":null,\"pid\":null,\"comm\":null,\"uid\":null,"
		"\"owner\":null,\"cgroup\":null,\"err\":null,\"fd\":null,\"ret\":null,\"latency_us\":null,"
		"\"lost\":null,\"state\":\"TIME_WAIT\",\"since\":null,\"age_us\":null,\"expires_ms\":30000,"
		"\"owners\":[],\"recv_q\":null,\"send_q\":null,\"accept_queue\":null,\"backlog\":null,\"retries\":null,"
		"\"rtt_us\":null,\"retransmits\":null,\"bytes_sent\":null,\"bytes_received\":null,\"inode\":null,"
		"\"unit\":null,\"minisocket\":\"time-wait\",\"netns_name\":null,\"device\":null,\"fwmark\":null,"
		"\"opened_by\":null,"
		"\"closed_by\":null,\"holding\":\"nobody\",\"listener\":null,\"idle_us\":null,\"last_received_us\":null,"
		"\"last_sent_us\":null,\"last_ack_us\":null,\"keepalive\":null,\"keepalive_idle_us\":null,"
		"\"keepalive_interval_us\":null,\"keepalive_probes_left\":null,\"snd_wnd\":null,\"rcv_wnd\":null,"
		"\"zero_window_us\":null,\"unacked\":null,\"gives_up_us\":null,\"socket_type\":null,\"path\":null,\"peer_inode\":null,\"peer_path\":null,"
		"\"peer_owners\":null}\n");
}

static void a_fin_alone_is_no_data(void **state)
{
	const struct connection_detail detail = {.bytes_received = 1,
						 .received_ns = ROW_NOW_NS - 2000000000};
	_cleanup_(buf_release) struct buf out = {0};
	struct connection connection = sample_row();
	struct view view = sample_view();
	struct row_columns columns;
	struct row_view row;

	connection.state = TCP_STATE_CLOSE_WAIT;
	row = sample_row_view(&connection, &detail);
	assert_int_equal(
		row_columns_parse("idle,last_received,keepalive,snd_wnd,gives_up", &columns), 0);
	row_json(&view, &columns, &row, &out);
	buf_putc(&out, '\0');
	assert_string_equal(out.data,
			    "{\"idle_us\":2000000,\"last_received_us\":null,"
			    "\"keepalive\":null,\"snd_wnd\":null,\"gives_up_us\":null}\n");
}

static void json_of_a_listener_has_its_queue(void **state)
{
	_cleanup_(buf_release) struct buf out = {0};
	struct connection connection = sample_row();
	struct view view = sample_view();
	struct row_columns columns;
	struct row_view row;

	connection.state = TCP_STATE_LISTEN;
	row = sample_row_view(&connection, NULL);
	assert_int_equal(row_columns_parse("state,accept_queue,backlog,local,age", &columns), 0);
	row_json(&view, &columns, &row, &out);
	buf_putc(&out, '\0');
	/* a column of text only has no key */
	assert_string_equal(
		out.data,
		"{\"state\":\"LISTEN\",\"accept_queue\":3,\"backlog\":4096,\"age_us\":61000000}\n");
}

static void text_is_aligned_and_overflows_with_a_blank(void **state)
{
	_cleanup_(buf_release) struct buf out = {0};
	struct connection connection = sample_row(), other = sample_time_wait();
	struct row_view row = sample_row_view(&connection, NULL),
			second = sample_row_view(&other, NULL);
	struct view view = sample_view();
	struct row_columns columns;

	strcpy(other.flow.comm, "gr\xc3\xbc\xc3\x9f\x1b");
	second = sample_row_view(&other, NULL);
	assert_int_equal(row_columns_parse("state,recv_q,local,comm,age,expires,pid", &columns), 0);
	row_text_header(&columns, &out);
	row_text(&view, &columns, &row, &out);
	row_text(&view, &columns, &second, &out);
	buf_putc(&out, '\0');
	assert_string_equal(
		out.data,
		"STATE       RECV-Q LADDR:LPORT            COMM                 AGE EXPIRES PID\n"
		"ESTABLISHED      3 10.0.0.5:41022         curl               1m01s       - 10359\n"
		"TIME_WAIT        - 10.0.0.5:41022         gr\xc3\xbc\xc3\x9f?              1m01s   30.0s 10359\n");
}

static void columns_are_names_of_fields(void **state)
{
	static const char *const bad[] = {"",		",",	     "state,", "nope",
					  "state,,pid", "state pid", "STATE"};
	struct row_columns columns = {.count = 77};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(row_columns_parse(bad[i], &columns), -EINVAL);
	assert_int_equal(columns.count, 77);
	assert_int_equal(row_columns_parse("pid,age,age_us,pid", &columns), 0);
	assert_int_equal(columns.count, 4);
	assert_int_equal(columns.ids[0], ROW_PID);
	assert_int_equal(columns.ids[1], ROW_AGE_US);
	assert_int_equal(columns.ids[2], ROW_AGE_US);
}

static void columns_have_a_limit(void **state)
{
	char text[4 * (ROW_COLUMNS_MAX + 1) + 1] = "";
	struct row_columns columns;

	for (int i = 0; i <= ROW_COLUMNS_MAX; i++)
		strcat(text, i ? ",pid" : "pid");
	assert_int_equal(row_columns_parse(text, &columns), -EINVAL);
	text[strlen(text) - 4] = '\0';
	assert_int_equal(row_columns_parse(text, &columns), 0);
	assert_int_equal(columns.count, ROW_COLUMNS_MAX);
}

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

/* Words give the same order as values, or leave it to them. */
static void ranks_agree(unsigned int id, const struct row_view *left, const struct row_view *right)
{
	struct view view = sample_view();

	for (int descending = 0; descending < 2; descending++) {
		int by_values = sign(row_field_compare(&view, id, descending, left, right)),
		    by_words;
		struct row_rank a, b;

		row_field_rank(&view, id, descending, left, &a);
		row_field_rank(&view, id, descending, right, &b);
		by_words = sign(row_rank_compare(&a, &b));
		assert_true(by_words == by_values || (!by_words && a.tied && b.tied));
	}
}

static int order(unsigned int id, const struct connection *a, const struct connection *b)
{
	struct row_view left = sample_row_view(a, NULL), right = sample_row_view(b, NULL);
	struct view view = sample_view();
	int forward = row_field_compare(&view, id, false, &left, &right);

	assert_int_equal((forward < 0) - (forward > 0),
			 -((row_field_compare(&view, id, false, &right, &left) < 0) -
			   (row_field_compare(&view, id, false, &right, &left) > 0)));
	for (unsigned int any = 0; any < ROW_FIELD_MAX; any++)
		ranks_agree(any, &left, &right);
	return sign(forward);
}

static void fields_sort_by_what_they_are(void **state)
{
	struct connection a = sample_row(), b = sample_row();

	b.flow.local = sample_end("9.0.0.5", 1);
	assert_int_equal(order(ROW_LADDR, &a, &b), 1); /* by number, not by text */
	b = a;
	b.flow.remote.port = 1000;
	assert_int_equal(order(ROW_RPORT, &a, &b), -1);
	assert_int_equal(order(ROW_REMOTE, &a, &b), -1);
	assert_int_equal(order(ROW_LADDR, &a, &b), 0);
	b.since_ns++;
	assert_int_equal(order(ROW_AGE_US, &a, &b), 1);
	strcpy(b.flow.comm, "curl2");
	assert_int_equal(order(ROW_COMM, &a, &b), -1);
	assert_int_equal(order(ROW_OWNERS, &a, &b), -1);
	b.state = TCP_STATE_CLOSE_WAIT;
	assert_int_equal(order(ROW_STATE, &a, &b), 1);
}

static void what_is_not_known_sorts_last(void **state)
{
	struct connection a = sample_row(), b = sample_row();

	a.flow.owner = FLOW_OWNER_NONE;
	assert_int_equal(order(ROW_PID, &a, &b), 1);
	b.flow.owner = FLOW_OWNER_NONE;
	assert_int_equal(order(ROW_PID, &a, &b), 0);
}

static void every_field_of_a_row_is_whole(void **state)
{
	_cleanup_(buf_release) struct buf help = {0};

	row_fields_help(&help);
	buf_putc(&help, '\0');
	for (unsigned int id = 0; id < ROW_FIELD_MAX; id++) {
		struct row_field_text text = row_field_text(id);

		assert_non_null(text.name);
		assert_true(strlen(text.header) <= text.width);
		assert_true(strlen(text.help) > 10);
		assert_int_equal(row_field_find(text.name, strlen(text.name)), id);
		assert_non_null(strstr(help.data, text.help));
	}
}

static void docs_have_every_key_of_a_row(void **state)
{
	static const char *const types[] = {[FIELD_JSON_NUMBER] = "number",
					    [FIELD_JSON_STRING] = "string",
					    [FIELD_JSON_ARRAY] = "array",
					    [FIELD_JSON_OBJECT] = "object"};
	_cleanup_(cleanup_fclose) FILE *file = fopen("docs/json.md", "r");
	char page[65536], line[512];
	const char *at;

	assert_non_null(file);
	page[fread(page, 1, sizeof(page) - 1, file)] = '\0';
	at = strstr(page, "\n|---|---|---|\n");
	assert_non_null(at);
	at += strlen("\n|---|---|---|\n");
	for (unsigned int id = 0; id <= ROW_LAST_KEY; id++) {
		struct row_field_text text = row_field_text(id);

		if (row_fields[id].shared != FIELD_MAX)
			continue;
		snprintf(line, sizeof(line), "| `%s` | %s | %s |\n", text.name, types[text.json],
			 text.help);
		if (strncmp(at, line, strlen(line)))
			fail_msg("docs/json.md has\n%.*s\nnot\n%s", (int)strcspn(at, "\n"), at,
				 line);
		at += strlen(line);
	}
	assert_int_equal(*at, '\n');
}

static bool row_has_key(const char *name)
{
	for (unsigned int id = 0; id <= ROW_LAST_KEY; id++) {
		if (!strcmp(row_field_text(id).name, name))
			return true;
	}
	return false;
}

static void docs_name_the_keys_of_an_event_that_a_row_lacks(void **state)
{
	_cleanup_(buf_release) struct buf sentence = {0};
	_cleanup_(cleanup_fclose) FILE *file = fopen("docs/json.md", "r");
	char page[65536];
	const char *blank = " ";

	assert_non_null(file);
	page[fread(page, 1, sizeof(page) - 1, file)] = '\0';
	buf_puts(&sentence, "A connection has every key of an event but");
	for (unsigned int id = 0; id <= FIELD_LAST_KEY; id++) {
		if (row_has_key(fields[id].name))
			continue;
		buf_printf(&sentence, "%s`%s`", blank, fields[id].name);
		blank = ", ";
	}
	buf_putc(&sentence, '\0');
	if (!strstr(page, sentence.data))
		fail_msg("docs/json.md lacks: %s", sentence.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_has_the_keys_of_an_event_and_then_its_own),
		cmocka_unit_test(json_of_a_time_wait_says_when_it_ends_and_what_nobody_knows),
		cmocka_unit_test(a_fin_alone_is_no_data),
		cmocka_unit_test(json_of_a_listener_has_its_queue),
		cmocka_unit_test(text_is_aligned_and_overflows_with_a_blank),
		cmocka_unit_test(columns_are_names_of_fields),
		cmocka_unit_test(columns_have_a_limit),
		cmocka_unit_test(fields_sort_by_what_they_are),
		cmocka_unit_test(what_is_not_known_sorts_last),
		cmocka_unit_test(every_field_of_a_row_is_whole),
		cmocka_unit_test(docs_have_every_key_of_a_row),
		cmocka_unit_test(docs_name_the_keys_of_an_event_that_a_row_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
