/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connections as text and JSON, their fields, their order; units of cgroups. */
#include <stdio.h>

#include "base/cleanup.h"
#include "netstate/tcp_state.h"
#include "unit/unit.h"
#include "view/row_field.h"

static struct connection connection_of(unsigned int n, unsigned int state)
{
	return (struct connection){
		.flow =
			{
				.cookie = n,
				.cgroup_id = 9,
				.local = {{[10] = 0xff, 0xff, 10, 0, 0, 5}, (uint16_t)(1000 + n)},
				.remote = {{[10] = 0xff, 0xff, 10, 0, 0, 9}, 443},
				.netns = 7,
				.uid = 33,
				.pid = 100 + n,
				.comm = "prog",
				.family = 2,
				.owner = FLOW_OWNER_CONNECT,
			},
		.state = (uint8_t)state,
		.since_ns = 1000000000,
	};
}

static const char *cgroup_path(void *context, uint64_t id)
{
	return id == 9 ? "/system.slice/nginx.service" : NULL;
}

static const char *written(const struct connection *row, const struct connection_detail *detail,
			   const char *columns, bool json)
{
	static char text[8192];
	_cleanup_(buf_release) struct buf out = {};
	struct view view = {.cgroup_path = cgroup_path, .terminal_safe = true};
	struct row_columns chosen = row_columns_default;
	struct row_view fields_of;

	if (columns)
		assert_int_equal(row_columns_parse(columns, &chosen), 0);
	row_view_init(&fields_of, row, detail, 3500000000ULL);
	fields_of.owners[0] =
		(struct connection_owner){.pid = row->flow.pid, .uid = 33, .owner = 1};
	snprintf(fields_of.owners[0].comm, sizeof(fields_of.owners[0].comm), "%s", row->flow.comm);
	fields_of.owner_count = row->flow.owner ? 1 : 0;
	if (json)
		row_json(&view, columns ? &chosen : NULL, &fields_of, &out);
	else
		row_text(&view, &chosen, &fields_of, &out);
	snprintf(text, sizeof(text), "%.*s", (int)out.len, out.data);
	return text;
}

static void json_has_the_keys_of_events_and_its_own(void **state)
{
	struct connection row = connection_of(1, TCP_STATE_TIME_WAIT);

	row.previous = TCP_STATE_FIN_WAIT2;
	row.flags = CONNECTION_MINISOCKET;
	row.expires_ns = 61000000000ULL;
	assert_string_equal(
		written(&row, NULL, NULL, true),
		"{\"time\":\"1970-01-01T00:00:03.500000000Z\",\"ktime_ns\":3500000000,"
		"\"kind\":\"connection\",\"netns\":7,\"protocol\":\"tcp\",\"cookie\":1,"
		"\"family\":\"inet\",\"laddr\":\"10.0.0.5\",\"lport\":1001,\"raddr\":\"10.0.0.9\","
		"\"rport\":443,\"old\":\"FIN_WAIT2\",\"new\":\"TIME_WAIT\",\"after_us\":null,"
		"\"pid\":101,\"comm\":\"prog\",\"uid\":33,\"owner\":\"connect\","
		"\"cgroup\":\"/system.slice/nginx.service\",\"err\":null,\"fd\":null,\"ret\":null,"
		"\"latency_us\":null,\"lost\":null,\"state\":\"TIME_WAIT\","
		"\"since\":\"1970-01-01T00:00:01.000000000Z\",\"age_us\":2500000,"
		"\"expires_ms\":57500,\"owners\":[{\"pid\":101,\"comm\":\"prog\",\"uid\":33,"
		"\"owner\":\"connect\"}],\"recv_q\":null,\"send_q\":null,\"accept_queue\":null,"
		"\"backlog\":null,\"retries\":null,\"rtt_us\":null,\"retransmits\":null,"
		"\"bytes_sent\":null,\"bytes_received\":null,\"inode\":null,"
		"\"unit\":\"nginx.service\",\"minisocket\":\"time-wait\",\"netns_name\":null,\"device\":null,\"fwmark\":null,"
		"\"opened_by\":null,\"closed_by\":null,"
		"\"holding\":\"nobody\",\"listener\":null,"
		"\"idle_us\":null,\"last_received_us\":null,\"last_sent_us\":null,\"last_ack_us\":null,"
		"\"keepalive\":null,\"keepalive_idle_us\":null,\"keepalive_interval_us\":null,"
		"\"keepalive_probes_left\":null,\"snd_wnd\":null,\"rcv_wnd\":null,\"zero_window_us\":null,"
		"\"unacked\":null,\"gives_up_us\":null,\"socket_type\":null,\"path\":null,\"peer_inode\":null,\"peer_path\":null,"
		"\"peer_owners\":null}\n");
}

static void what_nobody_knows_is_null(void **state)
{
	struct connection row = connection_of(1, TCP_STATE_TIME_WAIT);

	row.flags = CONNECTION_MINISOCKET | CONNECTION_SINCE_UNKNOWN;
	row.flow.owner = FLOW_OWNER_NONE;
	row.flow.cgroup_id = 0;
	assert_string_equal(
		written(&row, NULL, "since,age,pid,comm,uid,owner,owners,expires_ms,old,unit",
			true),
		"{\"since\":null,\"age_us\":null,\"pid\":null,\"comm\":null,\"uid\":null,"
		"\"owner\":null,\"owners\":[],\"expires_ms\":null,\"old\":null,"
		"\"unit\":null}\n");
}

static void a_listener_has_a_queue_and_a_backlog(void **state)
{
	struct connection row = connection_of(1, TCP_STATE_LISTEN);
	const struct connection_detail detail = {.inode = 5, .rtt_us = 100};

	row.flags = CONNECTION_LISTED | CONNECTION_QUEUES;
	row.recv_queue = 3;
	row.send_queue = 128;
	assert_string_equal(
		written(&row, &detail, "recv_q,accept_queue,backlog,rtt_us,inode,retries", true),
		"{\"recv_q\":3,\"accept_queue\":3,\"backlog\":128,\"rtt_us\":null,\"inode\":5,"
		"\"retries\":0}\n");
}

static void text_stands_in_columns(void **state)
{
	struct connection row = connection_of(1, TCP_STATE_ESTABLISHED);
	const struct connection_detail detail = {.rtt_us = 1234};
	_cleanup_(buf_release) struct buf out = {};
	struct row_columns columns;

	row.flow.comm[1] = '\033';
	row.flow.comm[3] = '\n';
	assert_string_equal(written(&row, &detail, "state,recv_q,lport,comm,rtt", false),
			    "ESTABLISHED      - 1001  p?o?                1.2ms\n");
	assert_string_equal(written(&row, &detail, "lport,owners", false), "1001  101/p?o?\n");
	assert_int_equal(row_columns_parse("state,recv_q,lport,comm,rtt", &columns), 0);
	row_text_header(&columns, &out);
	buf_putc(&out, '\0');
	assert_string_equal(out.data, "STATE       RECV-Q LPORT COMM                  RTT\n");
}

static void fields_are_found_by_name_or_not_at_all(void **state)
{
	char many[ROW_COLUMNS_MAX * 4 + 4];
	struct row_columns columns;

	for (unsigned int id = 0; id < ROW_FIELD_MAX; id++) {
		const char *name = row_field_text(id).name;

		assert_int_equal(row_field_find(name, strlen(name)), id);
		assert_true(strlen(row_field_text(id).help) > 5);
	}
	assert_int_equal(row_field_find("rtt", 3), ROW_RTT_US);
	assert_int_equal(row_field_find("rt", 2), -1);
	assert_true(row_columns_parse("", &columns) < 0);
	assert_true(row_columns_parse("state,,pid", &columns) < 0);
	assert_true(row_columns_parse("state,nothing", &columns) < 0);
	memset(many, 0, sizeof(many));
	for (unsigned int i = 0; i < ROW_COLUMNS_MAX; i++)
		memcpy(many + i * 4, "pid,", 4);
	assert_true(row_columns_parse(many, &columns) <
		    0); /* an empty word behind the last comma */
	memcpy(many + ROW_COLUMNS_MAX * 4, "pid", 3);
	assert_true(row_columns_parse(many, &columns) < 0);
	many[ROW_COLUMNS_MAX * 4 - 1] = '\0';
	assert_int_equal(row_columns_parse(many, &columns), 0);
	assert_true(ROW_COLUMNS_MAX > ROW_FIELD_MAX);
}

static int order_as(unsigned int id, bool descending, const struct connection *a,
		    const struct connection *b)
{
	struct view view = {.cgroup_path = cgroup_path};
	struct row_view left, right;

	row_view_init(&left, a, NULL, 5000000000ULL);
	row_view_init(&right, b, NULL, 5000000000ULL);
	return row_field_compare(&view, id, descending, &left, &right);
}

static int order(unsigned int id, const struct connection *a, const struct connection *b)
{
	return order_as(id, false, a, b);
}

static void rows_are_ordered_by_value_and_the_unknown_comes_last(void **state)
{
	struct connection a = connection_of(9, TCP_STATE_ESTABLISHED);
	struct connection b = connection_of(10, TCP_STATE_LISTEN);

	assert_true(order_as(ROW_PID, true, &a, &b) > 0);
	assert_true(order(ROW_PID, &a, &b) < 0); /* 109 and 110, not as text */
	assert_true(order(ROW_LOCAL, &a, &b) < 0);
	assert_true(order(ROW_STATE, &b, &a) > 0);
	assert_int_equal(order(ROW_COMM, &a, &b), 0);
	assert_int_equal(order(ROW_UNIT, &a, &b), 0);
	b.flow.owner = FLOW_OWNER_NONE;
	assert_true(order(ROW_PID, &b, &a) > 0);
	assert_true(order_as(ROW_PID, true, &b, &a) > 0);
	b.flow.cgroup_id = 0;
	assert_true(order(ROW_UNIT, &b, &a) > 0);
	assert_true(order(ROW_UNIT, &a, &b) < 0);
}

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void cgroups_tell_containers_and_units(void **state)
{
	static const struct {
		const char *path, *unit;
	} rows[] = {
		{"/", ""},
		{"", ""},
		{"/user.slice", ""},
		{"/system.slice/nginx.service", "nginx.service"},
		{"/user.slice/user-0.slice/session-3.scope", "session-3.scope"},
		{"/user.slice/user@1000.service/app.slice/foo.service", "user@1000:foo.service"},
		{"/system.slice/docker-" ID ".scope", "docker:0123456789ab"},
		{"/system.slice/docker-" ID ".scope/init.scope", "docker:0123456789ab"},
		{"/docker/" ID, "docker:0123456789ab"},
		{"/machine.slice/libpod-" ID ".scope/container", "podman:0123456789ab"},
		{"/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope",
		 "containerd:0123456789ab"},
		{"/kubepods/besteffort/pod7/" ID, "container:0123456789ab"},
		{"/lxc.payload.web/system.slice/a.service", "lxc:web"},
		{"/system.slice/docker-short.scope", "docker-short.scope"},
		{"/system.slice/.service", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cgroup_unit unit;

		cgroup_unit_of(rows[i].path, CGROUP_UNIT_UNCHECKED, &unit);
		assert_int_equal(unit.size, strlen(rows[i].unit));
		assert_memory_equal(unit.text, rows[i].unit, unit.size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_has_the_keys_of_events_and_its_own),
		cmocka_unit_test(what_nobody_knows_is_null),
		cmocka_unit_test(a_listener_has_a_queue_and_a_backlog),
		cmocka_unit_test(text_stands_in_columns),
		cmocka_unit_test(fields_are_found_by_name_or_not_at_all),
		cmocka_unit_test(rows_are_ordered_by_value_and_the_unknown_comes_last),
		cmocka_unit_test(cgroups_tell_containers_and_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
