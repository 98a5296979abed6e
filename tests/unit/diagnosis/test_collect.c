/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "diagnosis/collect_packet.h"
#include "diagnosis/facts.h"
#include "netstate/tcp_state.h"
#include "unit/unit.h"

#define MS UINT64_C(1000000)
#define START (100000 * MS)
#define HERE 1000
#define THERE 2000

static const char *drop_reason(const void *context, uint32_t number)
{
	return number == 12 ? "NETFILTER_DROP" : NULL;
}

static const struct stall_kernel kernel = {
	.hz = 250, .senses.retransmit_err = true, .drop_reason = drop_reason};
static const struct stall_kernel old_kernel = {.hz = 250, .drop_reason = drop_reason};

static struct stall_record sock_record(uint16_t kind, uint64_t at, uint32_t flags, int err,
				       uint8_t retransmits)
{
	return (struct stall_record){.sock = {
					     .head = {.kind = kind,
						      .version = WIRE_VERSION,
						      .size = sizeof(struct wire_stall_sock),
						      .ktime_ns = at},
					     .sock = 1,
					     .cookie = 2,
					     .netns = HERE,
					     .family = AF_INET,
					     .state = TCP_STATE_SYN_SENT,
					     .flags = flags,
					     .err = err,
					     .retransmits = retransmits,
					     .total_retrans = retransmits,
					     .jiffies = 1000,
					     .timer = 1250,
					     .rto = 250,
					     .net_syn_retries = 6,
					     .net_linear = 4,
					     .first_ms = (uint32_t)(START / MS),
					     .lport = 40000,
					     .rport = 80,
				     }};
}

static struct stall_record packet_record(uint16_t kind, uint8_t what, uint32_t netns,
					 uint32_t flags, const char *route)
{
	struct stall_record record = {.packet = {
					      .head = {.kind = kind,
						       .version = WIRE_VERSION,
						       .size = sizeof(struct wire_stall_packet)},
					      .what = what,
					      .netns = netns,
					      .flags = flags,
					      .family = AF_INET,
					      .reason = 12,
				      }};

	strcpy(record.packet.location, "nft_do_chain");
	strcpy(record.packet.route, route);
	return record;
}

#define RETRY(at, err, n)                                                                          \
	sock_record(WIRE_KIND_STALL_RETRY, at, WIRE_STALL_HAS_ERR | WIRE_STALL_FIRST_SENT, err, n)
#define LOOK(at, flags, n) sock_record(WIRE_KIND_STALL_SOCK, at, flags, 0, n)

static void add(struct stall *stall, struct stall_record record)
{
	stall_collect(stall, &record, &kernel);
}

static void each_result_of_a_retry_is_counted_apart(void **state)
{
	struct stall stall = {.start_ns = START};

	add(&stall, LOOK(START + 500 * MS, WIRE_STALL_FIRST_SENT, 0));
	add(&stall, RETRY(START + 1000 * MS, 0, 1));
	add(&stall, RETRY(START + 2000 * MS, -EPERM, 2));
	add(&stall, RETRY(START + 3000 * MS, 1, 3));
	add(&stall, RETRY(START + 4000 * MS, -ENOBUFS, 4));
	assert_int_equal(stall.retries, 4);
	assert_int_equal(stall.retries_left, 1);
	assert_int_equal(stall.retries_denied, 1);
	assert_int_equal(stall.retries_congested, 1);
	assert_int_equal(stall.retries_failed, 1);
	assert_int_equal(stall_syn_sent(&stall), 2);
	assert_int_equal(stall_syn_held(&stall), 3);
	add(&stall, RETRY(START + 5000 * MS, -EBUSY, 5));
	assert_int_equal(stall.retries_busy, 1);
	assert_true(stall.in_host);
}

static void a_retry_that_waited_in_the_ring_is_counted_once(void **state)
{
	struct stall stall = {.start_ns = START};

	add(&stall, LOOK(START + 2400 * MS, WIRE_STALL_FIRST_SENT, 2));
	add(&stall, RETRY(START + 2000 * MS, 0, 2));
	assert_int_equal(stall.retries, 2);
	assert_int_equal(stall_syn_sent(&stall), 3);
	add(&stall, RETRY(START + 3000 * MS, 0, 3));
	assert_int_equal(stall_syn_sent(&stall), 4);
}

static void a_kernel_that_tells_successes_only_has_the_others_counted_by_the_timer(void **state)
{
	struct stall stall = {.start_ns = START};
	struct stall_record look = LOOK(START + 500 * MS, 0, 0),
			    third = RETRY(START + 3000 * MS, 0, 3);

	third.sock.flags &= ~(uint32_t)WIRE_STALL_HAS_ERR;
	stall_collect(&stall, &look, &old_kernel);
	look = LOOK(START + 1500 * MS, 0, 1);
	assert_true(stall_collect(&stall, &look, &old_kernel)); /* the first retry did not go */
	assert_int_equal(stall.retries_failed, 1);
	assert_int_equal(stall_syn_held(&stall), 2);
	look = LOOK(START + 3001 * MS, 0, 3);
	stall_collect(&stall, &look, &old_kernel); /* the look may come before the record */
	stall_collect(&stall, &third, &old_kernel);
	assert_int_equal(stall.retries, 3);
	assert_int_equal(stall.retries_left, 1);
	assert_int_equal(stall.retries_failed, 2);
	assert_int_equal(stall_syn_sent(&stall), 1);
	assert_int_equal(stall_syn_held(&stall), 3);
}

static void without_a_packet_made_the_syn_before_lies_here_still(void **state)
{
	struct stall stall = {.start_ns = START};
	struct stall_record look = LOOK(START + 500 * MS, WIRE_STALL_FIRST_SENT, 0);

	stall_collect(&stall, &look, &old_kernel);
	look = LOOK(START + 2500 * MS, WIRE_STALL_FIRST_SENT, 2);
	look.sock.total_retrans = 0;
	assert_true(stall_collect(&stall, &look, &old_kernel));
	assert_int_equal(stall.retries_busy, 2);
	assert_int_equal(stall.retries_failed, 0);
}

static void a_retry_whose_record_was_lost_is_counted_from_the_socket(void **state)
{
	struct stall stall = {.start_ns = START};

	add(&stall, LOOK(START + 500 * MS, WIRE_STALL_FIRST_SENT, 0));
	add(&stall, LOOK(START + 1500 * MS, WIRE_STALL_FIRST_SENT, 1));
	assert_int_equal(stall_syn_sent(&stall), 2);
	add(&stall, RETRY(START + 3000 * MS, 0, 3)); /* nor was the second seen */
	assert_int_equal(stall.retries_unseen, 2);
	assert_int_equal(stall_syn_sent(&stall), 4);
	assert_int_equal(stall_syn_held(&stall), 0);
}

static void a_retry_whose_record_comes_behind_the_look_is_counted_once(void **state)
{
	struct stall stall = {.start_ns = START};

	add(&stall, LOOK(START + 500 * MS, WIRE_STALL_FIRST_SENT, 0));
	add(&stall, LOOK(START + 1001 * MS, WIRE_STALL_FIRST_SENT, 1));
	add(&stall, RETRY(START + 1000 * MS, -EPERM, 1));
	assert_int_equal(stall.retries, 1);
	assert_int_equal(stall.retries_denied, 1);
	assert_int_equal(stall.retries_unseen, 0);
}

static void a_first_syn_that_did_not_go_is_not_counted_for_a_later_one_that_did(void **state)
{
	struct stall stall = {.start_ns = START};

	add(&stall, LOOK(START + 500 * MS, 0, 0));
	add(&stall, RETRY(START + 1000 * MS, 0, 1));
	add(&stall, LOOK(START + 1500 * MS, WIRE_STALL_FIRST_SENT, 1));
	assert_int_equal(stall_syn_sent(&stall), 1);
	assert_int_equal(stall_syn_held(&stall), 1);
}

static void a_copy_just_sent_is_on_its_way_not_held(void **state)
{
	struct stall stall = {.start_ns = START};

	add(&stall, LOOK(START + 5 * MS, WIRE_STALL_FIRST_SENT | WIRE_STALL_IN_HOST, 0));
	assert_false(stall.in_host);
	add(&stall, LOOK(START + 500 * MS, WIRE_STALL_FIRST_SENT | WIRE_STALL_IN_HOST, 0));
	assert_true(stall.in_host);
}

static void the_first_syn_gives_the_age_of_an_old_connect(void **state)
{
	struct stall stall = {.start_ns = START + 9000 * MS};

	add(&stall, LOOK(START + 9000 * MS, WIRE_STALL_FIRST_SENT, 5));
	assert_true(stall.timer.known);
	assert_int_equal(stall.timer.first_ns, START);
	/* it expires after 250 of 250 ticks a second, on the wheel 6 later: 1256 */
	assert_int_equal(stall.timer.next_ns, START + 10024 * MS);
}

static void where_a_packet_was_dropped_is_told_from_its_way(void **state)
{
	static const struct {
		uint32_t flags;
		const char *route;
		enum stall_where where;
	} ways[] = {
		{0, "", STALL_OUTPUT},
		{WIRE_STALL_RECEIVED, "", STALL_PREROUTING},
		{WIRE_STALL_RECEIVED, "ip_forward", STALL_FORWARD},
		{WIRE_STALL_RECEIVED, "ip6_forward", STALL_FORWARD},
		{WIRE_STALL_RECEIVED, "ip_error", STALL_FORWARD},
		{WIRE_STALL_RECEIVED, "ip6_pkt_prohibit", STALL_FORWARD},
		{WIRE_STALL_RECEIVED, "dst_discard", STALL_FORWARD},
		{WIRE_STALL_RECEIVED, "ip_local_deliver", STALL_INPUT},
		{WIRE_STALL_RECEIVED, "ip6_input", STALL_INPUT},
	};

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct stall stall = {.flow.netns = HERE};

		add(&stall, packet_record(WIRE_KIND_STALL_DROP, WIRE_STALL_SYN, THERE,
					  ways[i].flags | WIRE_STALL_HAS_REASON, ways[i].route));
		assert_int_equal(stall.drops[0].where, ways[i].where);
		assert_string_equal(stall.drops[0].reason, "NETFILTER_DROP");
		assert_false(stall.drops[0].own_namespace);
	}
}

static void equal_drops_are_counted_and_too_many_are_bounded(void **state)
{
	struct stall stall = {.flow.netns = HERE};

	for (int i = 0; i < 3; i++)
		add(&stall, packet_record(WIRE_KIND_STALL_DROP, WIRE_STALL_SYN, HERE,
					  WIRE_STALL_HAS_REASON, ""));
	assert_int_equal(stall.drop_count, 1);
	assert_int_equal(stall.drops[0].count, 3);
	for (uint32_t netns = 1; netns < 10; netns++)
		add(&stall, packet_record(WIRE_KIND_STALL_DROP, WIRE_STALL_SYN, netns,
					  WIRE_STALL_HAS_REASON, ""));
	assert_int_equal(stall.drop_count, STALL_DROPS_MAX);
	assert_int_equal(stall.drops_more, 10 - STALL_DROPS_MAX);
}

static void a_reason_without_a_name_is_its_number(void **state)
{
	struct stall stall = {.flow.netns = HERE};
	struct stall_record record = packet_record(WIRE_KIND_STALL_DROP, WIRE_STALL_SYN, HERE,
						   WIRE_STALL_HAS_REASON, "");

	record.packet.reason = 70000;
	add(&stall, record);
	assert_string_equal(stall.drops[0].reason, "reason-70000");
}

#define ROUTER 3000

static bool arrive(struct stall *stall, uint32_t netns, uint64_t at)
{
	struct stall_record record = packet_record(WIRE_KIND_STALL_PASS, WIRE_STALL_SYN, netns,
						   WIRE_STALL_RECEIVED | WIRE_STALL_ORIGINAL, "");

	record.packet.head.ktime_ns = at;
	return stall_collect(stall, &record, &kernel);
}

/* A SYN came through ROUTER to its destination, whose namespace was asked. */
static struct stall arrived(void)
{
	struct stall stall = {.start_ns = START};

	arrive(&stall, ROUTER, START);
	arrive(&stall, THERE, START + MS);
	stall.peer.asked = stall.peer.arrived = true;
	stall.peer.netns = THERE;
	return stall;
}

static void a_syn_on_its_way_does_not_undo_what_an_earlier_one_proved(void **state)
{
	struct stall stall = arrived();

	assert_false(arrive(&stall, ROUTER, START + 1000 * MS));
	assert_true(stall_came_there(&stall));
	assert_int_equal(stall.peer.later.netns, ROUTER);
	assert_false(collect_settle(&stall, true, START + 1400 * MS));
	assert_true(arrive(&stall, THERE, START + 1500 * MS)); /* a busy processor */
	assert_true(stall_came_there(&stall));
	assert_int_equal(stall.peer.later.at_ns, 0);
	assert_int_equal(stall.peer.seen_ns, START + 1500 * MS);
}

static void a_later_syn_that_does_not_come_there_does_undo_it(void **state)
{
	struct stall stall = arrived();
	uint64_t at;

	arrive(&stall, ROUTER, START + 1000 * MS);
	at = collect_settles_at(&stall);
	assert_false(collect_settle(&stall, true, at - 1));
	assert_true(collect_settle(&stall, true, at));
	assert_int_equal(stall.peer.seen_netns, ROUTER);
	assert_int_equal(stall.peer.seen_ns, START + 1000 * MS);
	assert_false(stall_came_there(&stall));
}

/* Its route has changed. */
static void a_later_syn_that_comes_in_nowhere_does_undo_it(void **state)
{
	struct stall stall = arrived();
	uint64_t at;

	stall.followed_sends = 2;
	stall.last_try_ns = START + 1000 * MS;
	at = collect_settles_at(&stall);
	assert_false(collect_settle(&stall, true, at - 1));
	assert_false(collect_settle(&stall, false, at)); /* arrivals were not watched */
	assert_true(collect_settle(&stall, true, at));
	assert_false(stall_came_there(&stall));
	assert_false(stall.peer.seen);
	assert_int_equal(collect_settles_at(&stall), 0);
}

static void where_a_syn_does_not_come_out_is_asked_once_it_had_time_to(void **state)
{
	struct stall stall = {.start_ns = START};

	arrive(&stall, ROUTER, START);
	assert_int_equal(collect_settles_at(&stall), 0); /* whose address it is was not asked */
	stall.peer.asked = true;
	assert_int_equal(collect_settles_at(&stall), START + ONWARD_NS);
	stall.peer.onward_asked = STALL_KNOWN_YES;
	assert_int_equal(collect_settles_at(&stall), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_result_of_a_retry_is_counted_apart),
		cmocka_unit_test(a_retry_that_waited_in_the_ring_is_counted_once),
		cmocka_unit_test(
			a_kernel_that_tells_successes_only_has_the_others_counted_by_the_timer),
		cmocka_unit_test(without_a_packet_made_the_syn_before_lies_here_still),
		cmocka_unit_test(a_retry_whose_record_was_lost_is_counted_from_the_socket),
		cmocka_unit_test(a_retry_whose_record_comes_behind_the_look_is_counted_once),
		cmocka_unit_test(
			a_first_syn_that_did_not_go_is_not_counted_for_a_later_one_that_did),
		cmocka_unit_test(a_copy_just_sent_is_on_its_way_not_held),
		cmocka_unit_test(the_first_syn_gives_the_age_of_an_old_connect),
		cmocka_unit_test(where_a_packet_was_dropped_is_told_from_its_way),
		cmocka_unit_test(equal_drops_are_counted_and_too_many_are_bounded),
		cmocka_unit_test(a_reason_without_a_name_is_its_number),
		cmocka_unit_test(a_syn_on_its_way_does_not_undo_what_an_earlier_one_proved),
		cmocka_unit_test(a_later_syn_that_does_not_come_there_does_undo_it),
		cmocka_unit_test(a_later_syn_that_comes_in_nowhere_does_undo_it),
		cmocka_unit_test(where_a_syn_does_not_come_out_is_asked_once_it_had_time_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
