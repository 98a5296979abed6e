/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "table/blocker.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "unit/unit.h"
#include "netstate/tcp_state.h"

#define V4(a, b, c, d)                                                                             \
	{                                                                                          \
		[10] = 0xff, 0xff, a, b, c, d                                                      \
	}
#define SOCKET(what, number, ...)                                                                  \
	{                                                                                          \
		.role = WHO_##what,                                                                \
		.flow = {.netns = 7,                                                               \
			 .cookie = (number),                                                       \
			 .local = {.port = 80, .addr = __VA_ARGS__}},                              \
	}

static const struct who_socket sockets[] = {
	SOCKET(INCOMING, 1, V4(10, 0, 0, 5)),
	SOCKET(BOUND, 2, V4(10, 0, 0, 5)),
	SOCKET(LISTENS, 3, V4(127, 0, 0, 1)),
	SOCKET(UDP, 4, V4(0, 0, 0, 0)),
};

static struct wire_refusal asked(uint16_t kind, const uint8_t addr[16])
{
	struct wire_refusal refusal = {
		.head.kind = kind, .ret = -EADDRINUSE, .sock = {.netns = 7, .lport = 80}};

	memcpy(refusal.sock.laddr, addr, 16);
	return refusal;
}

static uint64_t chosen(const struct wire_refusal *refusal)
{
	struct who_socket list[ARRAY_SIZE(sockets)];
	const struct who_socket *found;

	memcpy(list, sockets, sizeof(list));
	list[3].is_udp = 1;
	found = blocker_choose(refusal, list, ARRAY_SIZE(list));
	return found ? found->flow.cookie : 0;
}

static void the_same_address_is_in_the_way_and_any_takes_all(void **state)
{
	const uint8_t mine[16] = V4(10, 0, 0, 5), other[16] = V4(10, 0, 0, 6),
		      any4[16] = V4(0, 0, 0, 0), any6[16] = {0};
	struct wire_refusal refusal = asked(WIRE_KIND_BIND, mine);

	assert_int_equal(chosen(&refusal), 2); /* rather than the connection */
	refusal = asked(WIRE_KIND_BIND, other);
	assert_int_equal(chosen(&refusal), 0);
	refusal = asked(WIRE_KIND_BIND, any4);
	assert_int_equal(chosen(&refusal), 3); /* a listener before all */
	refusal = asked(WIRE_KIND_BIND, any6);
	assert_int_equal(chosen(&refusal), 3);
}

static void another_port_namespace_or_itself_is_not(void **state)
{
	const uint8_t mine[16] = V4(127, 0, 0, 1);
	struct wire_refusal refusal = asked(WIRE_KIND_BIND, mine);

	refusal.sock.lport = 81;
	assert_int_equal(chosen(&refusal), 0);
	refusal = asked(WIRE_KIND_BIND, mine);
	refusal.sock.netns = 8;
	assert_int_equal(chosen(&refusal), 0);
	refusal = asked(WIRE_KIND_BIND, mine);
	refusal.sock.cookie = 3;
	assert_int_equal(chosen(&refusal), 0);
}

static void only_a_listener_is_in_the_way_of_listen(void **state)
{
	const uint8_t mine[16] = V4(10, 0, 0, 5), loopback[16] = V4(127, 0, 0, 1);
	struct wire_refusal refusal = asked(WIRE_KIND_LISTEN, mine);

	assert_int_equal(chosen(&refusal), 0);
	refusal = asked(WIRE_KIND_LISTEN, loopback);
	assert_int_equal(chosen(&refusal), 3);
}

static void only_a_taken_port_is_asked_about(void **state)
{
	const uint8_t mine[16] = V4(10, 0, 0, 5);
	struct wire_refusal refusal = asked(WIRE_KIND_BIND, mine);

	assert_true(blocker_wanted(&refusal, sizeof(refusal)));
	assert_false(blocker_wanted(&refusal, sizeof(refusal) - 1));
	refusal.ret = -EACCES;
	assert_false(blocker_wanted(&refusal, sizeof(refusal)));
	refusal = asked(WIRE_KIND_ACCEPT, mine);
	assert_false(blocker_wanted(&refusal, sizeof(refusal)));
	refusal = asked(WIRE_KIND_LISTEN, mine);
	refusal.blocker_state = TCP_STATE_LISTEN;
	assert_false(blocker_wanted(&refusal, sizeof(refusal)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_address_is_in_the_way_and_any_takes_all),
		cmocka_unit_test(another_port_namespace_or_itself_is_not),
		cmocka_unit_test(only_a_listener_is_in_the_way_of_listen),
		cmocka_unit_test(only_a_taken_port_is_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
