/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "events/decode.h"

#include <errno.h>
#include <sys/socket.h>

#include "unit/unit.h"
#include "netstate/tcp_state.h"
#include "netstate/wire.h"

static struct wire_refusal good_refusal(void)
{
	return (struct wire_refusal){
		.head = {WIRE_KIND_BIND, WIRE_VERSION, 0, sizeof(struct wire_refusal), 1000},
		.sock = {.family = AF_INET,
			 .pid = 10359,
			 .comm = "curl",
			 .owner = WIRE_OWNER_LISTEN},
		.ret = -EADDRINUSE,
		.fd = 4,
		.flags = WIRE_CALL_TOLD_ADDRESS,
		.blocker_state = TCP_STATE_LISTEN,
		.blocker_port = 80,
		.blocker = {.pid = 812, .comm = "nginx"},
	};
}

static void decode_takes_every_field_of_a_refusal(void **state)
{
	struct wire_refusal wire = good_refusal();
	struct event event;

	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.kind, EVENT_BIND);
	assert_int_equal(event.err, EADDRINUSE);
	assert_int_equal(event.ret, -EADDRINUSE);
	assert_int_equal(event.fd, 4);
	assert_true(event.told_address);
	assert_int_equal(event.blocker_state, TCP_STATE_LISTEN);
	assert_int_equal(event.blocker_end.port, 80);
	assert_int_equal(event.closer.pid, 812);
	assert_string_equal(event.closer.comm, "nginx");
	assert_string_equal(event.flow.comm, "curl");
}

static void decode_takes_a_refusal_of_version_2_and_one_of_udp(void **state)
{
	struct wire_refusal wire = good_refusal();
	struct event event;

	wire.head.version = 2;
	wire.head.size = WIRE_REFUSAL_SIZE_2;
	assert_int_equal(event_decode(&wire, WIRE_REFUSAL_SIZE_2, &event), 0);
	assert_int_equal(event.closer.pid, 812);
	wire = good_refusal();
	wire.sock.protocol = WIRE_PROTOCOL_UDP;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), 0);
	assert_int_equal(event.flow.protocol, FLOW_PROTOCOL_UDP);
}

static void decode_refuses_a_refusal_outside_the_contract(void **state)
{
	struct wire_refusal wire = good_refusal();
	struct event event;

	wire.ret = 0;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), -EINVAL);
	wire = good_refusal();
	wire.blocker_state = TCP_STATE_MAX;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), -EINVAL);
	wire = good_refusal();
	wire.sock.protocol = WIRE_PROTOCOL_UDP + 1;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), -EINVAL);
	wire = good_refusal();
	wire.head.version = 1;
	assert_int_equal(event_decode(&wire, sizeof(wire), &event), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decode_takes_every_field_of_a_refusal),
		cmocka_unit_test(decode_takes_a_refusal_of_version_2_and_one_of_udp),
		cmocka_unit_test(decode_refuses_a_refusal_outside_the_contract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
