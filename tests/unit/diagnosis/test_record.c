/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <sys/socket.h>

#include "diagnosis/record.h"
#include "netstate/tcp_state.h"
#include "unit/unit.h"

static struct wire_stall_packet good_packet(void)
{
	struct wire_stall_packet packet = {
		.head = {.kind = WIRE_KIND_STALL_DROP,
			 .version = WIRE_VERSION,
			 .size = sizeof(packet)},
		.family = AF_INET,
		.what = WIRE_STALL_SYN,
	};

	return packet;
}

static struct wire_stall_sock good_sock(void)
{
	struct wire_stall_sock sock = {
		.head = {.kind = WIRE_KIND_STALL_SOCK,
			 .version = WIRE_VERSION,
			 .size = sizeof(sock)},
		.family = AF_INET6,
		.state = TCP_STATE_SYN_SENT,
	};

	return sock;
}

static void good_records_are_taken(void **state)
{
	struct wire_stall_packet packet = good_packet();
	struct wire_stall_sock sock = good_sock();
	struct stall_record record;

	assert_int_equal(stall_record_decode(&packet, sizeof(packet), &record), 0);
	assert_int_equal(stall_record_decode(&sock, sizeof(sock), &record), 0);
}

/* As recorded before fields were added. */
static void older_layouts_of_a_socket_are_taken_still(void **state)
{
	struct wire_stall_sock sock = good_sock();
	struct stall_record record;

	sock.mark = 7;
	sock.head.size = WIRE_STALL_SOCK_SIZE_1;
	assert_int_equal(stall_record_decode(&sock, WIRE_STALL_SOCK_SIZE_1, &record), 0);
	assert_int_equal(record.sock.mark, 0);
	assert_int_equal(stall_record_decode(&sock, WIRE_STALL_SOCK_SIZE_1 - 1, &record), -EINVAL);
	sock.head.size = WIRE_STALL_SOCK_SIZE_2;
	sock.reset_port = 80;
	assert_int_equal(stall_record_decode(&sock, WIRE_STALL_SOCK_SIZE_2, &record), 0);
	assert_int_equal(record.sock.mark, 7);
	assert_int_equal(record.sock.reset_port, 0);
	sock.head.size = WIRE_STALL_SOCK_SIZE_1 + 8;
	assert_int_equal(stall_record_decode(&sock, sizeof(sock), &record), -EINVAL);
}

static void short_records_are_refused_at_every_length(void **state)
{
	struct wire_stall_sock sock = good_sock();
	struct stall_record record;

	for (size_t size = 0; size < sizeof(sock); size++)
		assert_int_equal(stall_record_decode(&sock, size, &record), -EINVAL);
	sock.head.size--;
	assert_int_equal(stall_record_decode(&sock, sizeof(sock), &record), -EINVAL);
}

static void unknown_kinds_and_versions_are_told_apart(void **state)
{
	struct wire_stall_sock sock = good_sock();
	struct stall_record record;

	for (unsigned int kind = 0; kind < 70000; kind += 7) {
		sock.head.kind = (__u16)kind;
		if (sock.head.kind >= WIRE_KIND_STALL_SOCK &&
		    sock.head.kind <= WIRE_KIND_STALL_HOLDER)
			continue;
		assert_int_equal(stall_record_decode(&sock, sizeof(sock), &record), -ENOMSG);
	}
	sock = good_sock();
	sock.head.version = WIRE_VERSION + 1;
	assert_int_equal(stall_record_decode(&sock, sizeof(sock), &record), -EPROTONOSUPPORT);
}

static void fields_out_of_range_are_refused(void **state)
{
	struct wire_stall_sock sock = good_sock();
	struct wire_stall_packet packet = good_packet();
	struct stall_record record;

	sock.family = AF_UNIX;
	assert_int_equal(stall_record_decode(&sock, sizeof(sock), &record), -EINVAL);
	sock = good_sock();
	sock.state = TCP_STATE_MAX;
	assert_int_equal(stall_record_decode(&sock, sizeof(sock), &record), -EINVAL);
	sock = good_sock();
	sock.flags = WIRE_STALL_HAS_ICMP;
	sock.icmp_family = 77;
	assert_int_equal(stall_record_decode(&sock, sizeof(sock), &record), -EINVAL);
	packet.what = 9;
	assert_int_equal(stall_record_decode(&packet, sizeof(packet), &record), -EINVAL);
}

static void names_end_and_cannot_steer_a_terminal(void **state)
{
	struct wire_stall_packet packet = good_packet();
	struct stall_record record;

	memset(packet.location, 'x', sizeof(packet.location));
	memset(packet.route, '\033', sizeof(packet.route));
	assert_int_equal(stall_record_decode(&packet, sizeof(packet), &record), 0);
	assert_int_equal(strlen(record.packet.location), WIRE_STALL_NAME_SIZE - 1);
	assert_int_equal(record.packet.route[0], '?');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_records_are_taken),
		cmocka_unit_test(older_layouts_of_a_socket_are_taken_still),
		cmocka_unit_test(short_records_are_refused_at_every_length),
		cmocka_unit_test(unknown_kinds_and_versions_are_told_apart),
		cmocka_unit_test(fields_out_of_range_are_refused),
		cmocka_unit_test(names_end_and_cannot_steer_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
