/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Recordings in tests/golden/trace -> exactly the text and the JSON beside them. GOLDEN_UPDATE=1
 * writes these files instead; what changes is then to be reviewed like code.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "events/decode.h"
#include "events/recording.h"
#include "unit/unit.h"
#include "view/view.h"

#define FOLDER "tests/golden/trace/"

static void read_file(const char *name, const char *suffix, struct buf *out)
{
	_cleanup_(cleanup_fclose) FILE *file = NULL;
	char path[256];
	char *room;

	snprintf(path, sizeof(path), FOLDER "%s%s", name, suffix);
	file = fopen(path, "rb");
	if (!file)
		fail_msg("cannot read %s", path);
	room = buf_room(out, 1 << 20);
	out->len = fread(room, 1, 1 << 20, file);
	assert_true(out->len < 1 << 20);
}

static void write_file(const char *name, const char *suffix, const struct buf *bytes)
{
	_cleanup_(cleanup_fclose) FILE *file = NULL;
	char path[256];

	snprintf(path, sizeof(path), FOLDER "%s%s", name, suffix);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes->data, 1, bytes->len, file), bytes->len);
}

static const char *cgroup_path(void *context, uint64_t cgroup_id)
{
	return cgroup_id == 9 ? "/user.slice/user-1000.slice" : NULL;
}

static void render(const struct buf *bytes, struct buf *text, struct buf *json)
{
	struct view view = {
		.time = VIEW_TIME_UTC, .terminal_safe = true, .cgroup_path = cgroup_path};
	struct recording recording;
	const void *record;
	size_t size;
	int next;

	assert_int_equal(recording_open(bytes->data, bytes->len, &recording), 0);
	view.wall_offset_ns = recording.wall_offset_ns;
	view_header(&view, text);
	while ((next = recording_next(&recording, &record, &size)) > 0) {
		struct event event;
		int err = event_decode(record, size, &event);

		if (err == -ENOMSG)
			continue;
		assert_int_equal(err, 0);
		view_text(&view, &event, text);
		view_json(&view, &event, json);
	}
	assert_int_equal(next, 0);
}

static void compare(const char *name, const char *suffix, const struct buf *got)
{
	_cleanup_(buf_release) struct buf expected = {0};
	const char *update = getenv("GOLDEN_UPDATE");
	size_t line = 0, from = 0;

	if (update && *update == '1') {
		write_file(name, suffix, got);
		return;
	}
	read_file(name, suffix, &expected);
	if (expected.len == got->len && !memcmp(expected.data, got->data, got->len))
		return;
	for (size_t i = 0; i < got->len && i < expected.len && got->data[i] == expected.data[i];
	     i++) {
		if (got->data[i] == '\n') {
			line++;
			from = i + 1;
		}
	}
	fail_msg("%s%s: line %zu is\n%.*s\nnot\n%.*s", name, suffix, line + 1,
		 (int)strcspn(got->data + from, "\n"), got->data + from,
		 from < expected.len ? (int)strcspn(expected.data + from, "\n") : 0,
		 expected.data + from);
}

static void check(const char *name)
{
	_cleanup_(buf_release) struct buf bytes = {0}, text = {0}, json = {0};

	read_file(name, ".rec", &bytes);
	render(&bytes, &text, &json);
	compare(name, ".txt", &text);
	compare(name, ".json", &json);
}

static void life_of_a_connection(void **state)
{
	check("life-of-a-connection");
}

static void who_closed(void **state)
{
	check("who-closed");
}

static void refusals(void **state)
{
	check("refusals");
}

static void timeouts(void **state)
{
	check("timeouts");
}

static void failures(void **state)
{
	check("failures");
}

static void addresses_and_names(void **state)
{
	check("addresses-and-names");
}

/*
 * One namespace of a real kernel: active and passive close, a reset, a listener that is closed with
 * a connection in its queue, connects that are refused and unreachable, one to itself.
 */
static void recorded_on_6_18(void **state)
{
	check("recorded-on-6.18");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(life_of_a_connection),
		cmocka_unit_test(who_closed),
		cmocka_unit_test(refusals),
		cmocka_unit_test(failures),
		cmocka_unit_test(timeouts),
		cmocka_unit_test(addresses_and_names),
		cmocka_unit_test(recorded_on_6_18),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
