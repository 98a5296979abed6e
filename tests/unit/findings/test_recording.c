/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A recording gives the same findings; one that is cut, damaged or strange is refused. */
#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "evidence/recording.h"
#include "findings/needed.h"
#include "unit/findings/scene.h"

static int setup(void **state)
{
	scene_init(&scene);
	add_listener(&scene, 2, 1);
	for (uint16_t i = 0; i < 5; i++) {
		struct socket_detail *socket =
			add_served(&scene, TCP_STATE_CLOSE_WAIT, (uint16_t)(40000 + i), SERVER);

		socket->state_ms = 120000;
	}
	return 0;
}

static int decode(const struct buf *bytes, size_t size, struct evidence_store *store)
{
	void *copy = malloc(size ? size : 1); /* so that a step beyond is seen */
	int err;

	memcpy(copy, bytes->data, size);
	err = evidence_decode(copy, size, store);
	free(copy);
	return err;
}

static const struct hide plain = {.key = {3, 4}};

static void a_recording_gives_the_same_findings(void **state)
{
	_cleanup_(buf_release) struct buf bytes = {0};
	struct evidence evidence = scene_evidence(&scene), again;
	struct evidence_store store = {};
	struct findings findings;

	scene_judge(&scene);
	evidence_encode(&evidence, NULL, &plain, &bytes);
	assert_int_equal(decode(&bytes, bytes.len, &store), 0);
	assert_int_equal(evidence_store_join(&store), 0);
	evidence_store_lend(&store, &again);
	assert_int_equal(findings_judge(&again, NULL, &findings), 0);
	assert_int_equal(findings.count, scene.findings.count);
	assert_true(findings.count >= 2);
	for (size_t i = 0; i < findings.count; i++)
		assert_memory_equal(&findings.list[i], &scene.findings.list[i],
				    sizeof(findings.list[i]));
	findings_release(&findings);
	evidence_store_release(&store);
}

static bool holds(const struct buf *bytes, const void *what, size_t size)
{
	return memmem(bytes->data, bytes->len, what, size) != NULL;
}

static void no_kernel_address_is_in_a_recording(void **state)
{
	static const uint64_t address = 0xffff888012345678;
	static const char name[] = "secret-name";
	struct hide redacting = {.key = {3, 4}, .redact = true};
	_cleanup_(buf_release) struct buf bytes = {0}, redacted = {0};
	struct evidence evidence = scene_evidence(&scene);

	for (size_t i = 0; i < evidence.socket_count; i++) {
		scene.sockets[i].flow.sock = address;
		memcpy(scene.sockets[i].flow.comm, name, sizeof(name));
	}
	evidence_encode(&evidence, NULL, &plain, &bytes);
	assert_false(holds(&bytes, &address, sizeof(address)));
	assert_true(holds(&bytes, name, sizeof(name)));
	evidence_encode(&evidence, NULL, &redacting, &redacted);
	assert_false(holds(&redacted, &address, sizeof(address)));
	assert_false(holds(&redacted, name, sizeof(name)));
}

#define LEAVE(text, length) memcpy((text) + (length), left, sizeof(left))

/* A shorter text, or none, in a buffer that held a longer one: of the machine's, or of its stack. */
static void what_stands_behind_a_name_is_not_recorded(void **state)
{
	static const char left[] = "left-behind";
	struct hide redacting = {.key = {3, 4}, .redact = true};
	const struct hide *const both[] = {&plain, &redacting};
	struct evidence_holder holder = {.pid = 42};
	struct evidence_process process = {.pid = 42};
	struct evidence_space space = {.netns = 1};
	struct evidence_event event = {};
	struct evidence evidence = {.holders = &holder,
				    .holder_count = 1,
				    .processes = &process,
				    .process_count = 1,
				    .spaces = &space,
				    .space_count = 1,
				    .events = &event,
				    .event_count = 1};

	LEAVE(holder.comm, 1);
	LEAVE(process.comm, 1);
	LEAVE(process.wchan, 1);
	LEAVE(process.unit, 1);
	LEAVE(space.name, 1);
	LEAVE(space.devices[0].name, 1);
	LEAVE(event.flow.comm, 1);
	LEAVE(event.reason, 1);
	LEAVE(event.place, 1);
	for (size_t i = 0; i < 2; i++) {
		_cleanup_(buf_release) struct buf bytes = {0};

		evidence_encode(&evidence, NULL, both[i], &bytes);
		assert_false(holds(&bytes, left, sizeof(left) - 1));
	}
}

static void a_recording_that_is_cut_is_refused(void **state)
{
	_cleanup_(buf_release) struct buf bytes = {0};
	struct evidence evidence = scene_evidence(&scene);

	evidence_encode(&evidence, NULL, &plain, &bytes);
	for (size_t size = 0; size < bytes.len; size += 7) {
		struct evidence_store store = {};

		assert_true(decode(&bytes, size, &store) < 0);
		evidence_store_release(&store);
	}
}

static void a_file_of_something_else_is_refused(void **state)
{
	struct evidence_store store = {};
	char bytes[4096] = "#!/bin/sh";

	assert_int_equal(evidence_decode(bytes, sizeof(bytes), &store), -EINVAL);
	evidence_store_release(&store);
}

static void a_row_with_a_state_that_is_none_is_refused(void **state)
{
	_cleanup_(buf_release) struct buf bytes = {0};
	struct evidence_store store = {};
	struct evidence evidence = scene_evidence(&scene);

	scene.sockets[0].state = 200;
	evidence_encode(&evidence, NULL, &plain, &bytes);
	assert_int_equal(decode(&bytes, bytes.len, &store), -EIO);
	evidence_store_release(&store);
}

/* ---------------------------------------------------------------- a part of the machine */

#define STRANGER 44

static bool in_qb(void *context, const struct flow *flow, const struct socket_detail *socket)
{
	return flow->netns == QB;
}

static bool of_the_server(void *context, const struct flow *flow,
			  const struct socket_detail *socket)
{
	return flow->pid == SERVER;
}

/* Beside the server and its clients a pair in a namespace that has nothing to do with them. */
static void add_strangers(void)
{
	struct socket_detail *socket;
	struct evidence_event *event;

	space_init(&scene.spaces[scene.spaces_count++], 300, "strange");
	add_process(&scene, STRANGER, "stranger")->netns = 300;
	socket = add_socket(&scene, 300, TCP_STATE_ESTABLISHED, end_of(77, 7777), end_of(78, 7778),
			    STRANGER);
	strcpy(socket->flow.comm, "stranger");
	strcpy(scene.holders[scene.holders_count - 1].comm, "stranger");
	event = &scene.events[scene.events_count++];
	*event = (struct evidence_event){.cookie = socket->flow.cookie,
					 .flow = socket->flow,
					 .netns = 300,
					 .kind = EVIDENCE_RETRANSMIT};
}

static void a_recording_of_some_connections_keeps_no_others(void **state)
{
	bool (*const choices[])(void *context, const struct flow *flow,
				const struct socket_detail *socket) = {in_qb, of_the_server};

	add_strangers();
	/* the other end of one of the server's connections */
	add_socket(&scene, QA, TCP_STATE_FIN_WAIT2, end_of(1, 40000), end_of(2, 80), CLIENT);
	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		const struct findings_choice choice = {choices[i], NULL};
		_cleanup_(buf_release) struct buf bytes = {0};
		struct evidence evidence = scene_evidence(&scene);
		struct evidence_rows rows;
		struct evidence_store store = {};

		assert_int_equal(findings_needed(&evidence, &choice, &rows), 0);
		evidence_encode(&evidence, &rows, &plain, &bytes);
		findings_needed_release(&rows);
		assert_false(holds(&bytes, "strange", 7));
		assert_int_equal(decode(&bytes, bytes.len, &store), 0);
		assert_int_equal(store.socket_count, evidence.socket_count - 1);
		assert_int_equal(store.holder_count, evidence.holder_count - 1);
		assert_int_equal(store.process_count, 2);
		assert_int_equal(store.space_count, 2);
		assert_int_equal(store.event_count, 0);
		evidence_store_release(&store);
	}
}

static void a_part_gives_the_same_findings_as_the_whole(void **state)
{
	const struct findings_choice choice = {in_qb, NULL};
	_cleanup_(buf_release) struct buf bytes = {0};
	struct evidence evidence, again;
	struct evidence_rows rows;
	struct evidence_store store = {};
	struct findings whole, part;

	add_strangers();
	evidence = scene_evidence(&scene);
	assert_int_equal(findings_judge(&evidence, &choice, &whole), 0);
	assert_int_equal(findings_needed(&evidence, &choice, &rows), 0);
	evidence_encode(&evidence, &rows, &plain, &bytes);
	findings_needed_release(&rows);
	assert_int_equal(decode(&bytes, bytes.len, &store), 0);
	assert_int_equal(evidence_store_join(&store), 0);
	evidence_store_lend(&store, &again);
	assert_int_equal(findings_judge(&again, &choice, &part), 0);
	assert_true(whole.count >= 2);
	assert_int_equal(part.count, whole.count);
	for (size_t i = 0; i < part.count; i++)
		assert_string_equal(part.list[i].title, whole.list[i].title);
	findings_release(&part);
	findings_release(&whole);
	evidence_store_release(&store);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_recording_gives_the_same_findings),
		CASE(no_kernel_address_is_in_a_recording),
		CASE(what_stands_behind_a_name_is_not_recorded),
		CASE(a_recording_that_is_cut_is_refused),
		CASE(a_file_of_something_else_is_refused),
		CASE(a_row_with_a_state_that_is_none_is_refused),
		CASE(a_recording_of_some_connections_keeps_no_others),
		CASE(a_part_gives_the_same_findings_as_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
