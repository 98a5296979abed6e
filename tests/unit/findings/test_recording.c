/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A recording gives the same findings; one that is cut, damaged or strange is refused. */
#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "evidence/recording.h"
#include "unit/findings/scene.h"

static struct scene scene;

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

static int teardown(void **state)
{
	findings_release(&scene.findings);
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
	evidence_encode(&evidence, &plain, &bytes);
	assert_int_equal(decode(&bytes, bytes.len, &store), 0);
	evidence_store_join(&store);
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
	evidence_encode(&evidence, &plain, &bytes);
	assert_false(holds(&bytes, &address, sizeof(address)));
	assert_true(holds(&bytes, name, sizeof(name)));
	evidence_encode(&evidence, &redacting, &redacted);
	assert_false(holds(&redacted, &address, sizeof(address)));
	assert_false(holds(&redacted, name, sizeof(name)));
}

static void a_recording_that_is_cut_is_refused(void **state)
{
	_cleanup_(buf_release) struct buf bytes = {0};
	struct evidence evidence = scene_evidence(&scene);

	evidence_encode(&evidence, &plain, &bytes);
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
	evidence_encode(&evidence, &plain, &bytes);
	assert_int_equal(decode(&bytes, bytes.len, &store), -EIO);
	evidence_store_release(&store);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_recording_gives_the_same_findings),
		CASE(no_kernel_address_is_in_a_recording),
		CASE(a_recording_that_is_cut_is_refused),
		CASE(a_file_of_something_else_is_refused),
		CASE(a_row_with_a_state_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
