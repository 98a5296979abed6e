/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Wire records, good and bad -> events. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "events/decode.h"
#include "netstate/tcp_state.h"
#include "netstate/wire.h"
#include "unit/unit.h"

static struct wire_state good_state(void)
{
	return (struct wire_state){
		.head = {WIRE_KIND_STATE, WIRE_VERSION, 0, sizeof(struct wire_state), 123456789},
		.sock = {.cookie = 77,
			 .sock = 0xffff888000001000,
			 .cgroup = 5,
			 .netns = 4026531840,
			 .uid = 1000,
			 .pid = 4711,
			 .comm = "curl",
			 .lport = 40000,
			 .rport = 443,
			 .family = AF_INET,
			 .protocol = WIRE_PROTOCOL_TCP,
			 .owner = WIRE_OWNER_CONNECT,
			 .laddr = {[10] = 255, 255, 10, 0, 0, 5},
			 .raddr = {[10] = 255, 255, 10, 0, 0, 9}},
		.after_ns = 11300000,
		.old_state = TCP_STATE_SYN_SENT,
		.new_state = TCP_STATE_ESTABLISHED,
	};
}

static struct wire_call good_call(void)
{
	struct wire_state state = good_state();

	return (struct wire_call){
		.head = {WIRE_KIND_CONNECT, WIRE_VERSION, 0, sizeof(struct wire_call), 123456789},
		.sock = state.sock,
		.latency_ns = 9000,
		.fd = 5,
	};
}

static void decode_takes_every_field_of_a_state_record(void **state)
{
	struct wire_state wire = good_state();
	struct event event;

	wire.evidence = WIRE_SEEN_FIN | WIRE_SEEN_DEAD;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.kind, EVENT_STATE);
	assert_int_equal(event.old_state, TCP_STATE_SYN_SENT);
	assert_int_equal(event.new_state, TCP_STATE_ESTABLISHED);
	assert_int_equal(event.evidence, EVENT_SEEN_FIN | EVENT_SEEN_DEAD);
	assert_int_equal(event.ktime_ns, 123456789);
	assert_int_equal(event.after_ns, 11300000);
	assert_true(event.latency_ns == EVENT_NS_UNKNOWN);
	assert_int_equal(event.fd, -1);
	assert_int_equal(event.lost, 0);
	assert_int_equal(event.flow.cookie, 77);
	assert_true(event.flow.sock == 0xffff888000001000);
	assert_int_equal(event.flow.cgroup_id, 5);
	assert_true(event.flow.netns == 4026531840);
	assert_int_equal(event.flow.uid, 1000);
	assert_int_equal(event.flow.pid, 4711);
	assert_string_equal(event.flow.comm, "curl");
	assert_int_equal(event.flow.local.port, 40000);
	assert_int_equal(event.flow.remote.port, 443);
	assert_int_equal(event.flow.local.addr[15], 5);
	assert_int_equal(event.flow.remote.addr[15], 9);
	assert_int_equal(event.flow.family, AF_INET);
	assert_int_equal(event.flow.protocol, FLOW_PROTOCOL_TCP);
	assert_int_equal(event.flow.owner, FLOW_OWNER_CONNECT);
}

static void decode_says_time_wait_where_a_minisocket_goes_on(void **state)
{
	struct wire_state wire = good_state();
	struct event event;

	wire.old_state = TCP_STATE_FIN_WAIT2;
	wire.new_state = TCP_STATE_CLOSE;
	wire.err = 0;
	wire.evidence = WIRE_SEEN_DEAD | WIRE_SEEN_MINISOCKET | WIRE_SEEN_SUBSTATE_FIN_WAIT2;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.new_state, TCP_STATE_TIME_WAIT);
	assert_int_equal(event.evidence,
			 EVENT_SEEN_DEAD | EVENT_SEEN_MINISOCKET | EVENT_SEEN_SUBSTATE_FIN_WAIT2);
	wire.evidence = WIRE_SEEN_DEAD;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.new_state, TCP_STATE_CLOSE);
}

static void decode_takes_every_field_of_a_call_record(void **state)
{
	struct wire_call wire = good_call();
	struct event event;

	wire.head.kind = WIRE_KIND_ACCEPT;
	wire.flags = WIRE_CALL_IO_URING;
	wire.ret = 7;
	wire.fd = 7;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.kind, EVENT_ACCEPT);
	assert_int_equal(event.by_io_uring, 1);
	assert_int_equal(event.err, 0);
	assert_int_equal(event.ret, 7);
	assert_int_equal(event.fd, 7);
	assert_int_equal(event.no_syn, 0);
	assert_int_equal(event.latency_ns, 9000);
	assert_true(event.after_ns == EVENT_NS_UNKNOWN);
	assert_int_equal(event.old_state, 0);
	assert_int_equal(event.new_state, 0);
	assert_string_equal(event.flow.comm, "curl");
}

static void decode_takes_the_mark_of_a_failed_connect_without_a_syn(void **state)
{
	struct wire_call wire = good_call();
	struct event event;

	wire.flags = WIRE_CALL_NO_SYN;
	wire.ret = -EPERM;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.no_syn, 1);
	wire.ret = 0; /* a connect that succeeded made one */
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.no_syn, 0);
}

static void decode_takes_a_gap(void **state)
{
	struct wire_gap wire = {{WIRE_KIND_GAP, WIRE_VERSION, 0, sizeof(wire), 5}, 42};
	struct event event;

	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.kind, EVENT_GAP);
	assert_int_equal(event.ktime_ns, 5);
	assert_int_equal(event.lost, 42);
	assert_int_equal(event.flow.family, 0);
}

static void decode_keeps_an_unknown_time_unknown(void **state)
{
	struct wire_state wire = good_state();
	struct wire_call call = good_call();
	struct event event;

	wire.after_ns = WIRE_NS_UNKNOWN;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_true(event.after_ns == EVENT_NS_UNKNOWN);
	call.latency_ns = WIRE_NS_UNKNOWN;
	assert_int_equal(event_decode(&call, sizeof(call), &event), 0);
	assert_true(event.latency_ns == EVENT_NS_UNKNOWN);
}

static void decode_terminates_a_comm_without_nul(void **state)
{
	struct wire_state wire = good_state();
	struct event event;

	memcpy(wire.sock.comm, "sixteen-letters!", WIRE_COMM_SIZE);
	memset(&event, 0xee, sizeof(event));
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_string_equal(event.flow.comm, "sixteen-letters!");
}

static void decode_drops_pid_and_comm_without_an_owner(void **state)
{
	struct wire_state wire = good_state();
	struct event event;

	wire.sock.owner = WIRE_OWNER_NONE;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.flow.pid, 0);
	assert_string_equal(event.flow.comm, "");
	assert_int_equal(event.flow.uid, 1000); /* of the socket */
}

static void decode_takes_err_at_close_only(void **state)
{
	struct wire_state wire = good_state();
	struct event event;

	wire.err = ECONNRESET;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.err, 0);
	wire.new_state = TCP_STATE_CLOSE;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.err, ECONNRESET);
}

static void decode_tells_what_went_unanswered_at_an_end_alone(void **state)
{
	struct wire_state wire = good_state();
	struct event event;

	wire.err = ETIMEDOUT;
	wire.timeout = (struct wire_timeout){.idle_ms = 1000,
					     .interval_ms = 2000,
					     .probes = 3,
					     .probes_max = 4,
					     .flags = WIRE_TIMEOUT_KEEPALIVE};
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.timeout.cause, TIMEOUT_NONE);
	wire.new_state = TCP_STATE_CLOSE;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.timeout.cause, TIMEOUT_KEEPALIVE);
	assert_int_equal(event.timeout.interval_ms, 2000);
	assert_int_equal(event.timeout.probes_max, 4);
	wire.timeout.flags |= WIRE_TIMEOUT_UNACKED; /* keepalive does not run amid data */
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.timeout.cause, TIMEOUT_WINDOW_PROBE);
	assert_int_equal(event.timeout.idle_ms, 0);
	wire.head.version = 2;
	wire.head.size = WIRE_STATE_SIZE_2;
	assert_int_equal(event_decode(&wire, WIRE_STATE_SIZE_2, &event), 0);
	assert_int_equal(event.timeout.cause, TIMEOUT_NONE);
}

static void decode_gives_a_failed_call_its_errno(void **state)
{
	static const struct {
		int ret, err, shown;
	} rows[] = {
		{0, 0, 0},
		{-ECONNREFUSED, ECONNREFUSED, -ECONNREFUSED},
		{-512, EINTR, -EINTR},
		{-513, EINTR, -EINTR},
		{-514, EINTR, -EINTR},
		{-516, EINTR, -EINTR},
		{-511, 511, -511},
		{-517, 517, -517},
		{-4095, 4095, -4095},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct wire_call wire = good_call();
		struct event event;

		wire.ret = rows[i].ret;
		assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
		assert_int_equal(event.err, rows[i].err);
		assert_int_equal(event.ret, rows[i].shown);
	}
}

static void decode_rejects_every_truncation_and_every_addition(void **state)
{
	struct wire_state wire = good_state();
	struct event event;

	for (size_t size = 0; size < sizeof(wire); size++) {
		char *exact = malloc(size ? size : 1); /* so that ASan sees a byte too far */

		memcpy(exact, &wire, size);
		assert_int_equal(event_decode(exact, size, &event), -EINVAL);
		if (size >= sizeof(struct wire_head)) { /* and where the record itself claims the
							   short size */
			((struct wire_head *)exact)->size = (uint32_t)size;
			assert_int_equal(event_decode(exact, size, &event), -EINVAL);
		}
		free(exact);
	}
	wire.head.size++;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), -EINVAL);
}

static void decode_rejects_another_version_and_skips_an_unknown_kind(void **state)
{
	static const unsigned int kinds[] = {0, EVENT_KIND_MAX, 255, 65535};
	struct wire_state wire = good_state();
	struct event event;

	wire.head.version = WIRE_VERSION + 1;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), -EPROTONOSUPPORT);
	wire.head.version = 0;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), -EPROTONOSUPPORT);
	wire.head.version = WIRE_VERSION;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		wire.head.kind = (uint16_t)kinds[i];
		assert_int_equal(event_decode(&wire, sizeof(wire), &event), -ENOMSG);
	}
}

#define REJECTS_STATE(field, value)                                                                \
	do {                                                                                       \
		struct wire_state wire = good_state();                                             \
		struct event event = {.kind = 99};                                                 \
		wire.new_state = TCP_STATE_CLOSE;                                                  \
		wire.field = value;                                                                \
		assert_int_equal(event_decode(&wire, sizeof(wire), &event), -EINVAL);              \
		assert_int_equal(event.kind, 99); /* written only on success */                    \
	} while (0)

#define REJECTS_CALL(field, value)                                                                 \
	do {                                                                                       \
		struct wire_call wire = good_call();                                               \
		struct event event = {.kind = 99};                                                 \
		wire.field = value;                                                                \
		assert_int_equal(event_decode(&wire, sizeof(wire), &event), -EINVAL);              \
		assert_int_equal(event.kind, 99);                                                  \
	} while (0)

static void decode_rejects_fields_out_of_range(void **state)
{
	REJECTS_STATE(old_state, 0);
	REJECTS_STATE(old_state, TCP_STATE_MAX);
	REJECTS_STATE(new_state, 0);
	REJECTS_STATE(new_state, 255);
	REJECTS_STATE(err, -1);
	REJECTS_STATE(sock.family, 1);
	REJECTS_STATE(sock.family, 255);
	REJECTS_STATE(sock.protocol, FLOW_PROTOCOL_MAX);
	REJECTS_STATE(sock.owner, FLOW_OWNER_MAX);
	REJECTS_CALL(sock.family, 1);
	REJECTS_CALL(sock.protocol, FLOW_PROTOCOL_MAX);
	REJECTS_CALL(sock.owner, 255);
	REJECTS_CALL(ret, -4096);
	REJECTS_CALL(ret, INT32_MIN);
	REJECTS_CALL(fd, -2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decode_takes_every_field_of_a_state_record),
		cmocka_unit_test(decode_says_time_wait_where_a_minisocket_goes_on),
		cmocka_unit_test(decode_takes_every_field_of_a_call_record),
		cmocka_unit_test(decode_takes_the_mark_of_a_failed_connect_without_a_syn),
		cmocka_unit_test(decode_takes_a_gap),
		cmocka_unit_test(decode_keeps_an_unknown_time_unknown),
		cmocka_unit_test(decode_terminates_a_comm_without_nul),
		cmocka_unit_test(decode_drops_pid_and_comm_without_an_owner),
		cmocka_unit_test(decode_takes_err_at_close_only),
		cmocka_unit_test(decode_tells_what_went_unanswered_at_an_end_alone),
		cmocka_unit_test(decode_gives_a_failed_call_its_errno),
		cmocka_unit_test(decode_rejects_every_truncation_and_every_addition),
		cmocka_unit_test(decode_rejects_another_version_and_skips_an_unknown_kind),
		cmocka_unit_test(decode_rejects_fields_out_of_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
