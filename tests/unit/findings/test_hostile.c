/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence at random, each text in it a hostile name: no finding lets one through. */
#include <stdlib.h>
#include <sys/socket.h>

#include "base/address.h"
#include "evidence/store.h"
#include "findings/findings.h"
#include "netstate/tcp_state.h"
#include "unit/hostile_assert.h"
#include "view/finding.h"

#define EVIDENCES 600
#define SOCKETS 40
#define KINDS_AT_LEAST 15

#define PUT(field) hostile_put(field, sizeof(field), number++)

static bool seen[FINDING_KINDS];

static void make_hostile(struct evidence_store *store, unsigned int number)
{
	for (size_t i = 0; i < store->socket_count; i++)
		PUT(store->sockets[i].flow.comm);
	for (size_t i = 0; i < store->holder_count; i++)
		PUT(store->holders[i].comm);
	for (size_t i = 0; i < store->process_count; i++) {
		PUT(store->processes[i].comm);
		PUT(store->processes[i].wchan);
		PUT(store->processes[i].unit);
	}
	for (size_t i = 0; i < store->space_count; i++) {
		PUT(store->spaces[i].name);
		for (size_t j = 0; j < EVIDENCE_DEVICES_MAX; j++)
			PUT(store->spaces[i].devices[j].name);
	}
	for (size_t i = 0; i < store->event_count; i++) {
		PUT(store->events[i].flow.comm);
		PUT(store->events[i].reason);
		PUT(store->events[i].place);
	}
}

static void print(const struct evidence *evidence, const struct findings *findings, struct buf *out)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];
		struct finding_view view = {.sockets = evidence->sockets,
					    .socket_count = evidence->socket_count,
					    .width = i % 2 ? 80 : 0};

		seen[finding->kind % FINDING_KINDS] = true;
		finding_text(&view, finding, out);
		assert_clean_text(finding_word(finding->kind), out, false);
		view.color = true;
		finding_text(&view, finding, out);
		assert_clean_text(finding_word(finding->kind), out, true);
		finding_json(&view, finding, out);
		assert_clean_json(finding_word(finding->kind), out);
	}
}

/* ---------------------------------------------------------------- evidence */

static uint64_t random_state;

static uint32_t pick(uint32_t below)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(random_state >> 33) % below;
}

/* Numbers as there are: mostly none, few or some, now and then any. */
static void fill(void *row, size_t size)
{
	static const uint32_t below[] = {1, 1, 4, 100, 100000, UINT32_MAX};

	for (size_t at = 0; at + sizeof(uint32_t) <= size; at += sizeof(uint32_t)) {
		uint32_t word = pick(below[pick(6)]);

		memcpy((char *)row + at, &word, sizeof(word));
	}
}

static void set_end(struct endpoint *end)
{
	const uint8_t addr[] = {10, 0, 0, (uint8_t)(1 + pick(2))};

	address_set_v4(end->addr, addr);
	end->port = (uint16_t)(pick(2) ? 80 : 40000 + pick(3));
}

static void set_flow(struct flow *flow)
{
	set_end(&flow->local);
	set_end(&flow->remote);
	flow->family = AF_INET;
	flow->protocol = 0;
	flow->owner = FLOW_OWNER_SCAN;
	flow->pid = pick(5);
	flow->netns = 1 + pick(2);
	flow->cookie = 1 + pick(SOCKETS);
}

static void add_socket(struct evidence_store *store)
{
	struct socket_detail socket;

	fill(&socket, sizeof(socket));
	set_flow(&socket.flow);
	socket.state = (uint8_t)(1 + pick(TCP_STATE_MAX - 1));
	socket.form = (uint8_t)pick(SOCKET_FORMS);
	assert_int_equal(evidence_store_socket(store, &socket), 0);
}

static void add_rest(struct evidence_store *store)
{
	for (uint32_t i = 1; i < 5; i++) {
		struct evidence_process process;

		fill(&process, sizeof(process));
		process.pid = i;
		process.state = "RSDTZ"[pick(5)];
		assert_int_equal(evidence_store_process(store, &process), 0);
	}
	for (uint32_t i = 1; i < 3; i++) {
		struct evidence_space space;

		fill(&space, sizeof(space));
		space.netns = i;
		space.device_count = pick(EVIDENCE_DEVICES_MAX);
		assert_int_equal(evidence_store_space(store, &space), 0);
	}
	for (uint32_t i = 0; i < 30; i++) {
		struct evidence_event event;

		fill(&event, sizeof(event));
		set_flow(&event.flow);
		event.cookie = event.flow.cookie;
		event.netns = event.flow.netns;
		event.kind = (uint8_t)pick(EVIDENCE_EVENT_KINDS);
		event.value = pick(2) ? event.value : 110;
		assert_int_equal(evidence_store_event(store, &event), 0);
	}
}

static void judge(struct evidence_store *store, struct buf *out)
{
	struct evidence evidence;
	struct findings findings;

	assert_int_equal(evidence_store_join(store), 0);
	evidence_store_lend(store, &evidence);
	assert_int_equal(findings_judge(&evidence, NULL, &findings), 0);
	print(&evidence, &findings, out);
	findings_release(&findings);
	assert_int_equal(findings_explain(&evidence, NULL, &findings), 0);
	print(&evidence, &findings, out);
	findings_release(&findings);
}

static void no_finding_lets_a_name_steer_the_terminal(void **state)
{
	unsigned int kinds = 0;
	struct buf out = {};

	for (unsigned int seed = 0; seed < EVIDENCES; seed++) {
		struct evidence_store store = {.now_ns = UINT64_C(1) << 45,
					       .watch_ns = seed % 2 * UINT64_C(10000000000),
					       .holders_known = true,
					       .own_netns = 1};

		random_state = seed;
		for (unsigned int i = 0; i < SOCKETS; i++)
			add_socket(&store);
		add_rest(&store);
		make_hostile(&store, seed);
		judge(&store, &out);
		evidence_store_release(&store);
	}
	buf_release(&out);
	for (unsigned int i = 0; i < FINDING_KINDS; i++)
		kinds += seen[i];
	print_message("# %u kinds of findings\n", kinds);
	if (kinds < KINDS_AT_LEAST)
		fail_msg("only %u kinds of findings were printed", kinds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_finding_lets_a_name_steer_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
