/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Entries of connection tracking that are gone, there, or made anew. */
#include "unit/findings/scene.h"

#define ROUTER 300

static struct scene scene;

static int setup(void **state)
{
	scene_init(&scene);
	space_init(&scene.spaces[2], ROUTER, "qr");
	scene.spaces_count = 3;
	scene.spaces[2].settings[SPACE_FORWARDS] = 1;
	scene.spaces[2].device_count = 1;
	scene.spaces[2].devices[0] = (struct evidence_device){
		.mtu = 1500, .prefix = 120, .addr = {[10] = 0xff, 0xff, 10, 8, 0, 1}};
	return 0;
}

static int teardown(void **state)
{
	findings_release(&scene.findings);
	return 0;
}

/* The client's side, three times without an answer. */
static struct socket_detail *add_hanging(void)
{
	struct socket_detail *socket = add_dialled(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);

	socket->flags |= SOCKET_RETRANSMIT;
	socket->retransmits = 3;
	socket->unacked = 100;
	socket->hang_ms = socket->heard_ms = 3000;
	socket->snd_una = 5000;
	socket->rcv_nxt = 9000;
	return socket;
}

/* The server's side, which knows the client by this port of the router. */
static void add_other_end(uint16_t port)
{
	struct socket_detail *socket = add_served(&scene, TCP_STATE_ESTABLISHED, port, SERVER);

	socket->rcv_nxt = 5000;
	socket->snd_una = 9000;
	socket->unread = 0;
}

static struct evidence_event *add_event(unsigned int kind, const struct socket_detail *socket,
					uint32_t netns, uint32_t value)
{
	struct evidence_event *event = &scene.events[scene.events_count];

	*event = (struct evidence_event){
		.kind = (uint8_t)kind,
		.ktime_ns = 999000000000 + scene.events_count++ * 1000000000 / 16,
		.flow = socket->flow,
		.cookie = socket->flow.cookie,
		.netns = netns,
		.value = value,
	};
	return event;
}

static void add_next_hop(const struct socket_detail *socket)
{
	struct evidence_event *event = add_event(EVIDENCE_NEXT_HOP, socket, socket->flow.netns, 0);

	event->flow.remote = (struct endpoint){.addr = {[10] = 0xff, 0xff, 10, 8, 0, 1}};
}

static void expect(unsigned int confidence)
{
	const struct finding *finding;

	scene_judge(&scene);
	finding = must_find(&scene, FINDING_CONNTRACK_FORGOT, FINDING_WARN);
	assert_int_equal(finding->confidence, confidence);
	assert_true(says(finding, "namespace qr"));
	assert_non_null(strstr(finding->command, "ip netns exec qr conntrack -L"));
	assert_null(found(&scene, FINDING_UNACKNOWLEDGED));
}

static void expect_none(void)
{
	scene_judge(&scene);
	assert_null(found(&scene, FINDING_CONNTRACK_FORGOT));
	must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN);
}

static void translated_ends_without_an_entry_are_sure(void **state)
{
	struct socket_detail *socket = add_hanging();

	add_other_end(41000);
	add_event(EVIDENCE_TRACKED, socket, ROUTER, 0);
	expect(FINDING_HIGH);
}

static void an_entry_with_another_translation_is_sure(void **state)
{
	struct socket_detail *socket = add_hanging();
	struct evidence_event *event;

	add_other_end(41000);
	event = add_event(EVIDENCE_TRACKED, socket, ROUTER,
			  EVIDENCE_HAS_ENTRY | EVIDENCE_ENTRY_FORWARD);
	event->flow.local.port = 42000;
	expect(FINDING_HIGH);
	event->flow.local.port = 41000; /* as the other end knows it: the peer is dead */
	expect_none();
}

static void an_entry_that_was_answered_forgot_nothing(void **state)
{
	struct socket_detail *socket = add_hanging();

	add_other_end(41000);
	add_event(EVIDENCE_TRACKED, socket, ROUTER, 0);
	add_event(EVIDENCE_TRACKED, socket, QB, EVIDENCE_HAS_ENTRY | EVIDENCE_ENTRY_REPLIED);
	expect_none();
}

static void an_entry_that_went_during_the_watch_is_sure_on_the_way_alone(void **state)
{
	struct socket_detail *socket = add_hanging();

	add_event(EVIDENCE_TRACKED, socket, ROUTER, EVIDENCE_HAS_ENTRY | EVIDENCE_ENTRY_REPLIED);
	add_event(EVIDENCE_TRACKED, socket, ROUTER, 0);
	expect_none();
	add_next_hop(socket);
	expect(FINDING_HIGH);
}

static void no_entry_and_a_drop_by_netfilter_is_likely(void **state)
{
	struct socket_detail *socket = add_hanging();
	struct evidence_event *drop;

	add_event(EVIDENCE_TRACKED, socket, ROUTER, 0);
	add_next_hop(socket);
	drop = add_event(EVIDENCE_DROP, socket, ROUTER, 0);
	snprintf(drop->reason, sizeof(drop->reason), "NETFILTER_DROP");
	expect(FINDING_MEDIUM);
	snprintf(drop->reason, sizeof(drop->reason), "IP_INNOROUTES");
	scene_judge(&scene);
	assert_null(found(&scene, FINDING_CONNTRACK_FORGOT));
}

static void no_entry_is_weak_with_invalid_packets_and_a_mere_fact_without(void **state)
{
	struct socket_detail *socket = add_hanging();

	add_event(EVIDENCE_TRACKED, socket, ROUTER, 0);
	add_next_hop(socket);
	expect_none();
	assert_true(says(found(&scene, FINDING_UNACKNOWLEDGED), "has no entry of this one"));
	scene.spaces[2].counters[SPACE_CT_INVALID] = 3;
	expect(FINDING_LOW);
	scene.watch_ns = 10000000000;
	scene.spaces[2].before[SPACE_CT_INVALID] = 3;
	expect_none();
}

static void two_namespaces_with_the_next_hops_address_are_none(void **state)
{
	struct socket_detail *socket = add_hanging();

	scene.spaces[1].device_count = 1;
	scene.spaces[1].devices[0] = scene.spaces[2].devices[0];
	scene.spaces[2].counters[SPACE_CT_INVALID] = 3;
	add_event(EVIDENCE_TRACKED, socket, ROUTER, 0);
	add_next_hop(socket);
	expect_none();
}

static void a_table_that_grows_says_when_it_is_full(void **state)
{
	const struct finding *finding;

	scene.spaces[2].settings[SPACE_CT_COUNT] = 920;
	scene.spaces[2].settings[SPACE_CT_MAX] = 1000;
	scene.spaces[2].before[SPACE_CT_ENTRIES] = 820;
	scene.watch_ns = 10000000000;
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_CONNTRACK_FULL, FINDING_WARN);
	assert_int_equal(finding->rate_milli, 10000);
	assert_int_equal(finding->limit.eta_ms, 8000);
	assert_true(says(finding, "full in 8.0 s at this rate"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(translated_ends_without_an_entry_are_sure),
		CASE(an_entry_with_another_translation_is_sure),
		CASE(an_entry_that_was_answered_forgot_nothing),
		CASE(an_entry_that_went_during_the_watch_is_sure_on_the_way_alone),
		CASE(no_entry_and_a_drop_by_netfilter_is_likely),
		CASE(no_entry_is_weak_with_invalid_packets_and_a_mere_fact_without),
		CASE(two_namespaces_with_the_next_hops_address_are_none),
		CASE(a_table_that_grows_says_when_it_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
