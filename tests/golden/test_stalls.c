/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Recordings of `netstate stalls --record` in tests/golden/stalls -> exactly the reports beside
 * them. What the routing tables and /proc told is not in them. GOLDEN_UPDATE=1 writes the reports
 * instead; review what changes like code.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "diagnosis/attempts.h"
#include "diagnosis/diagnose.h"
#include "events/decode.h"
#include "events/recording.h"
#include "netstate/tcp_state.h"
#include "unit/diagnosis/situation.h"
#include "unit/unit.h"
#include "view/stall.h"

#define FOLDER "tests/golden/stalls/"
#define SECOND 1000000000ull

/* The numbers of the kernel that the recordings are from: 6.18. */
static const char *drop_reason(const void *context, uint32_t number)
{
	static const struct {
		uint32_t number;
		const char *name;
	} rows[] = {{2, "NOT_SPECIFIED"},     {12, "NETFILTER_DROP"},
		    {36, "TCP_RFC7323_PAWS"}, {44, "TCP_INVALID_ACK_SEQUENCE"},
		    {58, "NEIGH_FAILED"},     {88, "IP_INNOROUTES"}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].number == number)
			return rows[i].name;
	}
	return NULL;
}

static const char *reset_reason(const void *context, uint32_t number)
{
	return number == 1 ? "NO_SOCKET" : NULL;
}

static const struct stall_kernel kernel = {
	.hz = 250, .senses = all_senses, .drop_reason = drop_reason, .reset_reason = reset_reason};

struct replay {
	struct view view;
	struct attempts *attempts;
	struct buf json;
	uint64_t now;
};

static void report(struct replay *replay, const struct stall *stall, enum stall_update update)
{
	struct verdict verdict;
	struct stall_report report = {.stall = stall,
				      .verdict = &verdict,
				      .ktime_ns = replay->now,
				      .update = (uint8_t)update};

	stall_diagnose(stall, &all_senses, replay->now, &verdict);
	view_stall_json(&replay->view, &report, &replay->json);
}

static void take(struct replay *replay, const void *bytes, size_t size, bool *first)
{
	struct stall_record record;
	struct event event;

	if (!event_decode(bytes, size, &event)) {
		attempts_event(replay->attempts, &event, false);
		return;
	}
	assert_int_equal(stall_record_decode(bytes, size, &record), 0);
	if (record.head.kind == WIRE_KIND_STALL_SOCK && *first)
		attempts_found(replay->attempts, &record.sock, &kernel);
	else
		attempts_record(replay->attempts, &record, &kernel);
}

/* A recording holds no answers but its records: each socket is there, and everything is shown. */
static void turn(struct replay *replay)
{
	const struct attempt_answer answer = {.pending = true, .followed = true, .shown = true};
	struct attempt_question question;
	enum stall_update update;
	uint64_t next_ns;

	while (attempts_next_question(replay->attempts, replay->now, &question, &next_ns)) {
		if (attempts_answer(replay->attempts, &answer, &update))
			report(replay, question.attempt->stall, update);
	}
}

/* The clock stands where the latest record was made, and at last long after all of them. */
static void run(struct replay *replay, const struct buf *bytes)
{
	struct recording recording;
	const void *record;
	size_t size;
	bool first = true;

	assert_int_equal(recording_open(bytes->data, bytes->len, &recording), 0);
	replay->view.wall_offset_ns = recording.wall_offset_ns;
	while (recording_next(&recording, &record, &size) > 0) {
		struct wire_head head;

		memcpy(&head, record, sizeof(head));
		if (head.ktime_ns > replay->now)
			replay->now = head.ktime_ns;
		take(replay, record, size, &first);
		first = false;
		attempts_catch_up(replay->attempts, &kernel, replay->now);
		turn(replay);
	}
	for (int i = 0; i < 100; i++) {
		replay->now += SECOND / 100;
		turn(replay);
	}
}

static void read_file(const char *name, const char *suffix, struct buf *out)
{
	_cleanup_(cleanup_fclose) FILE *file = NULL;
	char path[256], *room;

	snprintf(path, sizeof(path), FOLDER "%s%s", name, suffix);
	file = fopen(path, "rb");
	if (!file)
		fail_msg("cannot read %s", path);
	room = buf_room(out, 1 << 20);
	out->len = fread(room, 1, 1 << 20, file);
}

static void compare(const char *name, const struct buf *got)
{
	_cleanup_(buf_release) struct buf expected = {};
	const char *update = getenv("GOLDEN_UPDATE");

	if (update && *update == '1') {
		_cleanup_(cleanup_fclose) FILE *file = NULL;
		char path[256];

		snprintf(path, sizeof(path), FOLDER "%s.json", name);
		file = fopen(path, "wb");
		assert_non_null(file);
		assert_int_equal(fwrite(got->data, 1, got->len, file), got->len);
		return;
	}
	read_file(name, ".json", &expected);
	if (expected.len != got->len || memcmp(expected.data, got->data, got->len))
		fail_msg("%s: got\n%.*s", name, (int)got->len, got->data);
}

static void recordings_give_their_reports(void **state)
{
	static const char *const names[] = {"refused", "nft-output", "nft-forward",  "neighbour",
					    "icmp",    "icmp6",	     "before-start", "gave-up",
					    "misfit",  "paws",	     "lost-retry"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_(buf_release) struct buf bytes = {};
		struct replay replay = {.view = {.time = VIEW_TIME_UTC}};

		print_message("# %s\n", names[i]);
		assert_int_equal(attempts_new(3 * SECOND / 10, 15 * SECOND / 100, &replay.attempts),
				 0);
		read_file(names[i], ".rec", &bytes);
		run(&replay, &bytes);
		compare(names[i], &replay.json);
		attempts_free(replay.attempts);
		buf_release(&replay.json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(recordings_give_their_reports)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
