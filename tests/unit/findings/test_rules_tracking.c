/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Entries of connection tracking that are gone, there, or made anew. */
#include "unit/findings/scene.h"

#define ROUTER 300

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

/* The client's side, three times without an answer. */
static struct socket_detail *add_hanging(void)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);

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

#define CROWD 5000

/* A crowd of one process and destination, of which every hundredth up to `asked` was asked about. */
static void add_crowd(uint32_t asked)
{
	scene.spaces[2].counters[SPACE_CT_INVALID] = 3;
	for (uint32_t i = 0; i < CROWD; i++) {
		struct socket_detail *socket = add_hanging();

		socket->flow.local.port = (uint16_t)(20000 + i);
		socket->snd_una = 5000 + i * 100000;
		if (i % 100 || i / 100 >= asked)
			continue;
		add_event(EVIDENCE_TRACKED, socket, ROUTER, 0);
		add_next_hop(socket);
	}
	scene.sockets[7].hang_ms = 9000; /* the oldest one was not asked about */
}

static void a_crowd_of_which_some_are_asked_about_is_one_finding(void **state)
{
	add_crowd(3);
	expect(FINDING_LOW);
	assert_int_equal(found(&scene, FINDING_CONNTRACK_FORGOT)->count, CROWD);
	assert_int_equal(found(&scene, FINDING_CONNTRACK_FORGOT)->since_ms, 9000);
	assert_true(says(found(&scene, FINDING_CONNTRACK_FORGOT), "was asked about 3 of"));
}

static void of_a_crowd_with_a_known_one_only_those_without_an_entry_are_lost(void **state)
{
	add_crowd(3);
	add_event(EVIDENCE_TRACKED, &scene.sockets[50], ROUTER,
		  EVIDENCE_HAS_ENTRY | EVIDENCE_ENTRY_REPLIED);
	scene_judge(&scene);
	assert_int_equal(found(&scene, FINDING_CONNTRACK_FORGOT)->count, 3);
	assert_int_equal(found(&scene, FINDING_UNACKNOWLEDGED)->count, CROWD - 3);
}

/* Who asks for no cookies gets none of sockets that nobody holds. */
static void an_orphan_is_known_by_its_address(void **state)
{
	struct socket_detail *socket = add_hanging();

	socket->state = TCP_STATE_FIN_WAIT1;
	socket->flags |= SOCKET_ORPHAN;
	socket->fin_unacked = 1;
	socket->flow.cookie = 0;
	add_event(EVIDENCE_TRACKED, socket, ROUTER, 0);
	add_next_hop(socket);
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_CLOSING_UNACKNOWLEDGED, FINDING_WARN),
			 "has no entry of this one"));
	scene.events[0].flow.sock++;
	scene_judge(&scene);
	assert_false(says(found(&scene, FINDING_CLOSING_UNACKNOWLEDGED), "has no entry"));
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

/* A SYN that the router leaves as it is, and another connection that it translates. */
static struct evidence_event *add_untranslated(uint32_t older)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_SYN_SENT, 40000, CLIENT);
	struct evidence_event *entry = add_event(EVIDENCE_UNTRANSLATED, socket, ROUTER, older);
	struct evidence_event *other = add_event(EVIDENCE_TRANSLATED, socket, ROUTER, 0);

	socket->retransmits = 3;
	other->ktime_ns = entry->ktime_ns;
	other->flow.local.port = 40002;
	other->flow.remote = end_of(3, 8080);
	return entry;
}

static void an_entry_that_keeps_syns_untranslated_is_named(void **state)
{
	const struct finding *finding;

	add_untranslated(0);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_CONNTRACK_UNTRANSLATED, FINDING_WARN);
	assert_int_equal(finding->confidence, FINDING_HIGH);
	assert_int_equal(finding->pid, CLIENT);
	assert_true(says(finding, "10.9.0.1:40002 -> 10.9.0.2:80 is translated to 10.9.0.3:8080"));
	assert_true(says(finding, "may be older than the rule"));
	assert_string_equal(finding->command,
			    "ip netns exec qr conntrack -D -p tcp -s 10.9.0.1 --sport 40000 -d "
			    "10.9.0.2 --dport 80");
}

static void an_entry_of_another_host_is_a_note(void **state)
{
	add_untranslated(1);
	scene.sockets[0].retransmits = 0; /* its first SYN is on its way */
	scene_judge(&scene);
	must_find(&scene, FINDING_CONNTRACK_UNTRANSLATED, FINDING_NOTE);
	scene.sockets_count = 0;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_CONNTRACK_UNTRANSLATED, FINDING_NOTE),
			 "is older than the rule"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(translated_ends_without_an_entry_are_sure),
		CASE(an_entry_with_another_translation_is_sure),
		CASE(an_entry_that_was_answered_forgot_nothing),
		CASE(an_entry_that_went_during_the_watch_is_sure_on_the_way_alone),
		CASE(no_entry_and_a_drop_by_netfilter_is_likely),
		CASE(no_entry_is_weak_with_invalid_packets_and_a_mere_fact_without),
		CASE(a_crowd_of_which_some_are_asked_about_is_one_finding),
		CASE(of_a_crowd_with_a_known_one_only_those_without_an_entry_are_lost),
		CASE(an_orphan_is_known_by_its_address),
		CASE(two_namespaces_with_the_next_hops_address_are_none),
		CASE(a_table_that_grows_says_when_it_is_full),
		CASE(an_entry_that_keeps_syns_untranslated_is_named),
		CASE(an_entry_of_another_host_is_a_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
