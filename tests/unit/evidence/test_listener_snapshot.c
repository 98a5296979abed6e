/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Wire records of listeners -> a snapshot -> the listener that a SYN reaches. */
#include <stdlib.h>
#include <sys/socket.h>

#include "evidence/listener_snapshot.h"
#include "unit/unit.h"

#define V4(last)                                                                                   \
	{                                                                                          \
		[10] = 0xff, 0xff, 10, 0, 0, (last)                                                \
	}

static struct wire_stall_listener listener(uint64_t sock, uint16_t port)
{
	return (struct wire_stall_listener){
		.head = {.kind = WIRE_KIND_STALL_LISTENER,
			 .version = WIRE_VERSION,
			 .size = sizeof(struct wire_stall_listener)},
		.sock = sock,
		.inode = sock + 1,
		.family = AF_INET6,
		.lport = port,
	};
}

static void add(struct listener_snapshot *snapshot, const struct wire_stall_listener *record)
{
	listener_snapshot_add(snapshot, record, sizeof(*record));
}

static void what_is_no_listener_is_passed_over(void **state)
{
	struct wire_stall_listener record = listener(1, 80);
	struct listener_snapshot snapshot = {.complete = true};

	add(&snapshot, &record);
	record.head.kind = WIRE_KIND_STALL_HOLDER;
	add(&snapshot, &record);
	listener_snapshot_add(&snapshot, &record, 3);
	assert_int_equal(snapshot.count, 1);
	assert_true(snapshot.complete);
	free(snapshot.rows);
}

static void a_snapshot_has_a_limit_and_says_so(void **state)
{
	struct wire_stall_listener record = listener(1, 80);
	struct listener_snapshot snapshot = {.complete = true};

	for (int i = 0; i < LISTENER_SNAPSHOT_MAX; i++)
		add(&snapshot, &record);
	assert_true(snapshot.complete);
	add(&snapshot, &record);
	assert_int_equal(snapshot.count, LISTENER_SNAPSHOT_MAX);
	assert_false(snapshot.complete);
	free(snapshot.rows);
}

static uint64_t found_on(const struct listener_snapshot *snapshot, const struct endpoint *end,
			 uint32_t ifindex)
{
	struct listener_match match;

	listener_snapshot_match(snapshot, end, ifindex, &match);
	return match.listener ? match.listener->sock.sock : 0;
}

static uint64_t found(const struct listener_snapshot *snapshot, const struct endpoint *end)
{
	return found_on(snapshot, end, 0);
}

/* Which of all listeners a SYN to 10.0.0.1:80 or fd::1 port 80 reaches. */
static void the_exact_address_goes_before_all_addresses(void **state)
{
	static const struct endpoint v4 = {.addr = V4(1), .port = 80};
	static const struct endpoint v6 = {.addr = {0xfd, [15] = 1}, .port = 80};
	struct wire_stall_listener any = listener(1, 80), exact = listener(2, 80),
				   other_port = listener(3, 81), other = listener(4, 80);
	struct listener_snapshot snapshot = {.complete = true};

	memcpy(exact.laddr, v4.addr, 16);
	memcpy(other.laddr, (uint8_t[16])V4(2), 16);
	add(&snapshot, &any);
	add(&snapshot, &other_port);
	add(&snapshot, &other);
	assert_int_equal(found(&snapshot, &v4), 1);
	add(&snapshot, &exact);
	assert_int_equal(found(&snapshot, &v4), 2);
	assert_int_equal(found(&snapshot, &v6), 1);
	snapshot.rows[0].sock.v6only = 1;
	snapshot.rows[3].sock.lport = 443;
	assert_int_equal(found(&snapshot, &v4), 0);
	assert_int_equal(found(&snapshot, &v6), 1);
	free(snapshot.rows);
}

static void a_listener_on_all_ipv4_addresses_takes_no_ipv6(void **state)
{
	static const struct endpoint v4 = {.addr = V4(1), .port = 80};
	static const struct endpoint v6 = {.addr = {0xfd, [15] = 1}, .port = 80};
	struct wire_stall_listener any4 = listener(1, 80);
	struct listener_snapshot snapshot = {.complete = true};

	any4.laddr[10] = any4.laddr[11] = 0xff;
	add(&snapshot, &any4);
	assert_int_equal(found(&snapshot, &v4), 1);
	assert_int_equal(found(&snapshot, &v6), 0);
	free(snapshot.rows);
}

/* Where the SYN came in decides; where that is not known, any of them may be meant. */
static void a_listener_of_another_device_takes_no_syn(void **state)
{
	static const struct endpoint v4 = {.addr = V4(1), .port = 80};
	struct wire_stall_listener here = listener(1, 80), there = listener(2, 80);
	struct listener_snapshot snapshot = {.complete = true};
	struct endpoint elsewhere;
	struct listener_match match;
	uint32_t more;

	here.bound_ifindex = 5;
	there.bound_ifindex = 6;
	there.queue = 2;
	there.limit = 1;
	add(&snapshot, &here);
	add(&snapshot, &there);
	assert_int_equal(found_on(&snapshot, &v4, 5), 1);
	assert_int_equal(found_on(&snapshot, &v4, 6), 2);
	listener_snapshot_match(&snapshot, &v4, 7, &match);
	assert_null(match.listener);
	assert_true(match.other_device);
	listener_snapshot_match(&snapshot, &v4, 0, &match);
	assert_int_equal(match.members, 2);
	assert_int_equal(match.members_full, 1);
	assert_int_equal(listener_snapshot_elsewhere(&snapshot, &v4, &elsewhere, &more),
			 STALL_ELSEWHERE_DEVICE);
	snapshot.rows[0].sock.bound_ifindex = 0;
	assert_int_equal(listener_snapshot_elsewhere(&snapshot, &v4, &elsewhere, &more),
			 STALL_ELSEWHERE_PASSED_OVER);
	free(snapshot.rows);
}

static void members_that_share_a_port_are_counted(void **state)
{
	static const struct endpoint v4 = {.addr = V4(1), .port = 80};
	struct listener_snapshot snapshot = {.complete = true};
	struct listener_match match;

	for (uint64_t i = 1; i <= 3; i++) {
		struct wire_stall_listener member = listener(i, 80);

		member.queue = i == 2 ? 2 : 0;
		member.limit = 1;
		add(&snapshot, &member);
	}
	listener_snapshot_match(&snapshot, &v4, 5, &match);
	assert_int_equal(match.listener->sock.sock, 2);
	assert_int_equal(match.members, 3);
	assert_int_equal(match.members_full, 1);
	free(snapshot.rows);
}

/* An owner is not looked for again while the socket is the same; a reused address is another. */
static void owners_go_over_to_the_same_sockets(void **state)
{
	struct wire_stall_listener a = listener(10, 80), b = listener(20, 81);
	struct listener_snapshot old = {.netns = 5}, fresh = {.netns = 5}, last = {.netns = 5};

	add(&fresh, &b);
	add(&fresh, &a);
	listener_snapshot_replace(&old, &fresh);
	assert_int_equal(old.rows[0].sock.sock, 10);
	for (size_t i = 0; i < old.count; i++) {
		old.rows[i].owner.pid = 100;
		old.rows[i].owner_ns = 1;
	}
	b.inode = 999;
	add(&last, &a);
	add(&last, &b);
	listener_snapshot_replace(&old, &last);
	assert_int_equal(old.count, 2);
	assert_int_equal(old.rows[0].owner.pid, 100);
	assert_int_equal(old.rows[1].owner.pid, 0);
	free(old.rows);
}

static void the_longest_unused_snapshot_is_replaced(void **state)
{
	static struct listener_snapshots snapshots;

	for (uint32_t i = 1; i <= LISTENER_SNAPSHOTS; i++)
		listener_snapshots_slot(&snapshots, i, i)->count = i;
	listener_snapshots_slot(&snapshots, 1, 100);
	assert_int_equal(listener_snapshots_slot(&snapshots, 1000, 101)->count, 0);
	assert_int_equal(listener_snapshots_slot(&snapshots, 1, 102)->count, 1);
	assert_int_equal(listener_snapshots_slot(&snapshots, 3, 103)->count, 3);
	assert_int_equal(listener_snapshots_slot(&snapshots, 2, 104)->count, 0);
	listener_snapshots_release(&snapshots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_listener_is_passed_over),
		cmocka_unit_test(a_snapshot_has_a_limit_and_says_so),
		cmocka_unit_test(the_exact_address_goes_before_all_addresses),
		cmocka_unit_test(a_listener_on_all_ipv4_addresses_takes_no_ipv6),
		cmocka_unit_test(a_listener_of_another_device_takes_no_syn),
		cmocka_unit_test(members_that_share_a_port_are_counted),
		cmocka_unit_test(owners_go_over_to_the_same_sockets),
		cmocka_unit_test(the_longest_unused_snapshot_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
