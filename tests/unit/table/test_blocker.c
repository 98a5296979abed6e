/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "table/blocker.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "unit/unit.h"
#include "netstate/flow.h"
#include "netstate/tcp_state.h"

#define V4(a, b, c, d)                                                                             \
	{                                                                                          \
		[10] = 0xff, 0xff, a, b, c, d                                                      \
	}
#define ANY6                                                                                       \
	{                                                                                          \
		0                                                                                  \
	}
#define ONE6                                                                                       \
	{                                                                                          \
		[15] = 1                                                                           \
	}
#define REUSEADDR (WIRE_SHARING_KNOWN | WIRE_SHARING_REUSEADDR)
#define REUSEPORT (WIRE_SHARING_KNOWN | WIRE_SHARING_REUSEPORT)
#define V6ONLY (WIRE_SHARING_KNOWN | WIRE_SHARING_V6ONLY)

struct situation {
	uint8_t asked[16], has[16]; /* addresses */
	uint8_t asked_sharing, sharing;
	uint8_t state;
	uint32_t asked_device, device;
	uint32_t asked_uid, uid;
	bool in_the_way;
};

static struct wire_refusal refusal_of(const struct situation *situation, uint16_t kind)
{
	struct wire_refusal refusal = {
		.head.kind = kind,
		.ret = -EADDRINUSE,
		.sock = {.netns = 7, .lport = 80},
		.sharing = situation->asked_sharing,
		.device = situation->asked_device,
		.socket_uid = situation->asked_uid,
	};

	memcpy(refusal.sock.laddr, situation->asked, 16);
	return refusal;
}

static struct port_user user_of(const struct situation *situation)
{
	struct port_user user = {
		.cookie = 3,
		.netns = 7,
		.local.port = 80,
		.uid = situation->uid,
		.device = situation->device,
		.state = situation->state ? situation->state : TCP_STATE_LISTEN,
		.sharing = situation->sharing,
	};

	memcpy(user.local.addr, situation->has, 16);
	return user;
}

static void judge(const struct situation *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct wire_refusal refusal = refusal_of(&rows[i], WIRE_KIND_BIND);
		struct port_user user = user_of(&rows[i]);

		if (blocker_is_in_the_way(&refusal, &user) != rows[i].in_the_way)
			fail_msg("row %zu", i);
	}
}

static void the_same_address_is_in_the_way_and_any_takes_all(void **state)
{
	static const struct situation rows[] = {
		{V4(10, 0, 0, 5), V4(10, 0, 0, 5), .in_the_way = true},
		{V4(10, 0, 0, 6), V4(10, 0, 0, 5), .in_the_way = false},
		{V4(0, 0, 0, 0), V4(10, 0, 0, 5), .in_the_way = true},
		{V4(10, 0, 0, 5), V4(0, 0, 0, 0), .in_the_way = true},
		{ANY6, V4(10, 0, 0, 5), .in_the_way = true},
		{V4(10, 0, 0, 5), ANY6, .in_the_way = true},
		{ONE6, ANY6, .in_the_way = true},
		{ONE6, V4(0, 0, 0, 0), .in_the_way = false},
		{V4(0, 0, 0, 0), ONE6, .in_the_way = false},
	};

	judge(rows, ARRAY_SIZE(rows));
}

static void a_socket_of_ipv6_alone_and_one_of_ipv4_are_not(void **state)
{
	static const struct situation rows[] = {
		{V4(0, 0, 0, 0), ANY6, .sharing = V6ONLY, .in_the_way = false},
		{V4(10, 0, 0, 5), ANY6, .sharing = V6ONLY, .in_the_way = false},
		{ANY6, V4(0, 0, 0, 0), .asked_sharing = V6ONLY, .in_the_way = false},
		{ANY6, ANY6, .asked_sharing = V6ONLY, .sharing = V6ONLY, .in_the_way = true},
		{ONE6, ANY6, .sharing = V6ONLY, .in_the_way = true},
	};

	judge(rows, ARRAY_SIZE(rows));
}

static void sockets_of_different_devices_are_not(void **state)
{
	static const struct situation rows[] = {
		{ANY6, ANY6, .asked_device = 2, .device = 3, .in_the_way = false},
		{ANY6, ANY6, .asked_device = 2, .device = 2, .in_the_way = true},
		{ANY6, ANY6, .asked_device = 2, .device = 0, .in_the_way = true},
		{ANY6, ANY6, .asked_device = 0, .device = 3, .in_the_way = true},
	};

	judge(rows, ARRAY_SIZE(rows));
}

static void sockets_that_share_the_port_are_not(void **state)
{
	enum { LISTENS = TCP_STATE_LISTEN, BOUND = TCP_STATE_CLOSE, WAITS = TCP_STATE_TIME_WAIT };
	static const struct situation rows[] = {
		{ANY6, ANY6, REUSEADDR, REUSEADDR, BOUND, .in_the_way = false},
		{ANY6, ANY6, REUSEADDR, REUSEADDR, WAITS, .in_the_way = false},
		{ANY6, ANY6, REUSEADDR, REUSEADDR, LISTENS, .in_the_way = true},
		{ANY6, ANY6, REUSEADDR, WIRE_SHARING_KNOWN, BOUND, .in_the_way = true},
		{ANY6, ANY6, WIRE_SHARING_KNOWN, REUSEADDR, WAITS, .in_the_way = true},
		{ANY6, ANY6, REUSEPORT, REUSEPORT, LISTENS, .uid = 0, .in_the_way = false},
		{ANY6, ANY6, REUSEPORT, REUSEPORT, LISTENS, .uid = 9, .in_the_way = true},
		{ANY6, ANY6, REUSEPORT, REUSEPORT, WAITS, .uid = 9, .in_the_way = false},
		{ANY6, ANY6, REUSEPORT, REUSEADDR, BOUND, .in_the_way = true},
		{ANY6, ANY6, REUSEADDR, 0, BOUND, .in_the_way = true}, /* not known */
	};

	judge(rows, ARRAY_SIZE(rows));
}

static void another_port_namespace_protocol_or_itself_is_not(void **state)
{
	const struct situation situation = {.asked = ANY6};
	struct wire_refusal refusal = refusal_of(&situation, WIRE_KIND_BIND);
	const struct port_user good = user_of(&situation);
	struct port_user user = good;

	assert_true(blocker_is_in_the_way(&refusal, &user));
	user.local.port = 81;
	assert_false(blocker_is_in_the_way(&refusal, &user));
	user = good;
	user.netns = 8;
	assert_false(blocker_is_in_the_way(&refusal, &user));
	user = good;
	user.protocol = FLOW_PROTOCOL_MPTCP; /* the ports are TCP's */
	assert_true(blocker_is_in_the_way(&refusal, &user));
	user.protocol = FLOW_PROTOCOL_UDP;
	assert_false(blocker_is_in_the_way(&refusal, &user));
	refusal.sock.protocol = WIRE_PROTOCOL_UDP;
	assert_true(blocker_is_in_the_way(&refusal, &user));
	refusal.sock.cookie = 3;
	assert_false(blocker_is_in_the_way(&refusal, &user));
}

static void only_a_listener_is_in_the_way_of_listen(void **state)
{
	const struct situation situation = {.asked_sharing = REUSEADDR, .sharing = REUSEADDR};
	struct wire_refusal refusal = refusal_of(&situation, WIRE_KIND_LISTEN);
	struct port_user user = user_of(&situation);

	assert_true(blocker_is_in_the_way(&refusal, &user));
	user.state = TCP_STATE_CLOSE;
	assert_false(blocker_is_in_the_way(&refusal, &user));
}

static void a_listener_comes_before_a_bound_one_a_connection_and_a_time_wait(void **state)
{
	static const uint8_t states[] = {TCP_STATE_LISTEN, TCP_STATE_CLOSE, TCP_STATE_ESTABLISHED,
					 TCP_STATE_TIME_WAIT};

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(states); j++) {
			const struct port_user one = {.state = states[i]},
					       other = {.state = states[j]};

			assert_int_equal(blocker_is_better(&one, &other), i < j);
		}
	}
}

static void only_a_taken_port_is_asked_about(void **state)
{
	const struct situation situation = {.asked = V4(127, 0, 0, 1)};
	struct wire_refusal refusal = refusal_of(&situation, WIRE_KIND_BIND);

	assert_true(blocker_wanted(&refusal, sizeof(refusal)));
	assert_false(blocker_wanted(&refusal, sizeof(refusal) - 1));
	refusal.ret = -EACCES;
	assert_false(blocker_wanted(&refusal, sizeof(refusal)));
	refusal = refusal_of(&situation, WIRE_KIND_ACCEPT);
	assert_false(blocker_wanted(&refusal, sizeof(refusal)));
	refusal = refusal_of(&situation, WIRE_KIND_LISTEN);
	refusal.blocker_state = TCP_STATE_LISTEN;
	assert_false(blocker_wanted(&refusal, sizeof(refusal)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_address_is_in_the_way_and_any_takes_all),
		cmocka_unit_test(a_socket_of_ipv6_alone_and_one_of_ipv4_are_not),
		cmocka_unit_test(sockets_of_different_devices_are_not),
		cmocka_unit_test(sockets_that_share_the_port_are_not),
		cmocka_unit_test(another_port_namespace_protocol_or_itself_is_not),
		cmocka_unit_test(only_a_listener_is_in_the_way_of_listen),
		cmocka_unit_test(a_listener_comes_before_a_bound_one_a_connection_and_a_time_wait),
		cmocka_unit_test(only_a_taken_port_is_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
