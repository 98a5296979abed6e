/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as records of the kernel -> events, as text and JSON -> the table -> rows, as text and
 * JSON: each step takes the last one's all. */
#include "base/cleanup.h"
#include "connections/conn_table.h"
#include "events/decode.h"
#include "events/recording.h"
#include "fuzz/fuzz.h"
#include "hostile.h"
#include "view/row_field.h"

#define RECORDS_MAX 512

static const char *text(void *context, uint32_t number)
{
	return number & 1 ? hostile_names[number % HOSTILE_NAMES] : NULL;
}

static const char *path(void *context, uint64_t number)
{
	return number & 1 ? hostile_names[number % HOSTILE_NAMES] : NULL;
}

/* What the kernel may tell of it, from the bytes themselves. */
static struct connection_detail detail_of(const uint8_t *data, size_t size, size_t number)
{
	struct connection_detail detail = {};
	size_t at = size ? number * 24 % size : 0;

	memcpy(&detail, data + at, size - at < sizeof(detail) ? size - at : sizeof(detail));
	detail.autobound = !!detail.autobound;
	detail.keepalive = !!detail.keepalive;
	return detail;
}

static void print(struct conn_table *table, struct view *view, uint64_t now_ns, const uint8_t *data,
		  size_t size)
{
	struct row_columns all = {};
	const struct connection *row;
	size_t position = 0;
	struct buf out = {};

	for (unsigned int id = 0; id < ROW_FIELD_MAX && all.count < ROW_COLUMNS_MAX; id++)
		all.ids[all.count++] = (uint8_t)id;
	while ((row = conn_table_next(table, &position))) {
		struct row_view shown;
		struct connection_detail detail = detail_of(data, size, position);

		row_view_init(&shown, row, position & 1 ? &detail : NULL, now_ns);
		shown.owner_count = conn_table_owners(table, row, shown.owners);
		shown.listener = conn_table_queued_at(table, row);
		row_text(view, &all, &shown, &out);
		FUZZ_CHECK(hostile_in_text(&out, false) < 0);
		buf_clear(&out);
		row_json(view, NULL, &shown, &out);
		FUZZ_CHECK(hostile_in_json(&out) < 0);
		buf_clear(&out);
	}
	buf_release(&out);
}

static void print_event(struct view *view, const struct event *event)
{
	struct buf out = {};

	view_text(view, event, &out);
	FUZZ_CHECK(hostile_in_text(&out, false) < 0);
	buf_clear(&out);
	view_json(view, event, &out);
	FUZZ_CHECK(hostile_in_json(&out) < 0);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view view = {.terminal_safe = true, .netns_name = text, .cgroup_path = path};
	struct conn_table *table;
	struct recording recording;
	struct event event = {};
	const void *record;
	size_t length;

	if (recording_open(data, size, &recording) || conn_table_new(64, &table))
		return 0;
	for (int i = 0; i < RECORDS_MAX && recording_next(&recording, &record, &length) > 0; i++) {
		if (event_decode(record, length, &event))
			continue;
		print_event(&view, &event);
		conn_table_apply_all(table, &event, 1);
		FUZZ_CHECK(conn_table_size(table) <= 64);
	}
	print(table, &view, event.ktime_ns, data, size);
	conn_table_free(table);
	return 0;
}
