/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every line of evidence of a connect, every verdict, with hostile names in each text: nothing gets through. */
#include "diagnosis/diagnose.h"
#include "unit/diagnosis/random_evidence.h"
#include "unit/hostile_assert.h"
#include "view/stall.h"

#define EVIDENCES 3000

#define PUT(field) hostile_put(field, sizeof(field), number++)

static void make_hostile(struct stall *stall, unsigned int number)
{
	PUT(stall->flow.comm);
	stall->flow.pid = 12;
	stall->flow.owner = FLOW_OWNER_CONNECT;
	PUT(stall->reset_reason);
	for (unsigned int i = 0; i < stall->drop_count; i++) {
		if (number % 3)
			PUT(stall->drops[i].reason);
		PUT(stall->drops[i].location);
	}
	PUT(stall->route_text);
	PUT(stall->policy.rule);
	stall->policy.table = number % 3 * 100;
	stall->policy.differs = number % 2;
	stall->policy.other_route = (uint8_t)(number % 4);
	PUT(stall->policy.other_device);
	PUT(stall->device);
	PUT(stall->device_kind);
	stall->ports.pid = stall->peer.pid = 13;
	PUT(stall->ports.comm);
	PUT(stall->peer.comm);
}

/* The answers of what has names, each hostile. */
static const char *text_of_netns(void *context, uint32_t netns)
{
	return hostile_names[netns % HOSTILE_NAMES];
}

static const char *text_of_cgroup(void *context, uint64_t cgroup)
{
	return hostile_names[cgroup % HOSTILE_NAMES];
}

static const char *text_of_container(void *context, const char *id, const char *pod)
{
	return hostile_names[2];
}

static const char *text_of_device(void *context, uint32_t netns, uint32_t index)
{
	return hostile_names[index % HOSTILE_NAMES];
}

static void print(struct view *view, const struct stall_report *report, struct buf *out)
{
	view->color = false;
	view_stall_text(view, report, out);
	assert_clean_text("text", out, false);
	view->color = true;
	view_stall_text(view, report, out);
	assert_clean_text("text with colours", out, true);
	view_stall_json(view, report, out);
	assert_clean_json("JSON", out);
}

static void no_report_lets_a_name_steer_the_terminal(void **state)
{
	struct view view = {.terminal_safe = true,
			    .netns_column = true,
			    .netns_name = text_of_netns,
			    .cgroup_path = text_of_cgroup,
			    .container_name = text_of_container,
			    .device_name = text_of_device};
	struct buf out = {};

	for (unsigned int seed = 0; seed < EVIDENCES; seed++) {
		struct evidence evidence = random_evidence(seed);
		struct verdict verdict;
		struct stall_report report = {.stall = &evidence.stall,
					      .verdict = &verdict,
					      .ktime_ns = NOW,
					      .update = (uint8_t)(seed % 3)};

		make_hostile(&evidence.stall, seed);
		stall_diagnose(&evidence.stall, &evidence.senses, NOW, &verdict);
		view.width = seed % 2 ? 80 : 0;
		evidence.stall.flow.cgroup_id = seed;
		print(&view, &report, &out);
		report.nothing_new = true;
		print(&view, &report, &out);
	}
	buf_release(&out);
}

static void no_listener_lets_a_name_steer_the_terminal(void **state)
{
	struct view view = {
		.terminal_safe = true, .netns_name = text_of_netns, .netns_column = true};
	struct buf out = {};

	for (unsigned int i = 0; i < HOSTILE_NAMES; i++) {
		struct flow flow = {.netns = HERE, .family = AF_INET};
		const struct stall_listener_report report = {
			.flow = &flow, .queue = 9, .limit = 1, .full = i % 2, .half_open = i};

		flow.pid = 7;
		flow.netns = i;
		hostile_put(flow.comm, sizeof(flow.comm), i);
		view_listener_text(&view, &report, &out);
		assert_clean_text("text", &out, false);
		view_listener_json(&view, &report, &out);
		assert_clean_json("JSON", &out);
	}
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_report_lets_a_name_steer_the_terminal),
		cmocka_unit_test(no_listener_lets_a_name_steer_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
