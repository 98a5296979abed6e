/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as an event: JSON stays JSON, a line stays a line, and neither can steer a terminal. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/safe.h"
#include "view/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
	if (!condition)
		abort();
}

/* One line, UTF-8, nothing that steers a terminal. */
static void check_line(const struct buf *out)
{
	require(!out->failed && out->len > 1 && out->data[out->len - 1] == '\n');
	for (size_t i = 0; i < out->len - 1;) {
		size_t length = safe_sequence(out->data + i, out->len - 1 - i);

		require(length > 0);
		i += length;
	}
}

#define KEYS 29
#define KEYS_OF_TIMEOUT 7

/* Outside of strings only the letters of numbers and null, and the signs between them; KEYS keys, the two of
 * a process that closed or the five of a socket that is in the way, and those of why the kernel gave up. */
static void check_json(const struct buf *out)
{
	bool in_string = false;
	size_t keys = 0;

	require(out->data[0] == '{' && out->data[out->len - 2] == '}');
	for (size_t i = 1; i < out->len - 2; i++) {
		char c = out->data[i];

		if (in_string && c == '\\') {
			i++;
			require(strchr("\"\\u", out->data[i]) != NULL);
		} else if (c == '"') {
			in_string = !in_string;
		} else if (!in_string) {
			require(strchr("0123456789-,:nul{}", c) != NULL);
			keys += c == ':';
		}
	}
	require(!in_string && keys >= KEYS);
	keys -= keys >= KEYS + KEYS_OF_TIMEOUT ? KEYS_OF_TIMEOUT : 0;
	require(keys == KEYS || keys == KEYS + 2 || keys == KEYS + 5);
}

static const char *cgroup_path(void *context, uint64_t cgroup_id)
{
	return cgroup_id & 1 ? context : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view view = {.terminal_safe = true, .cgroup_path = cgroup_path};
	struct buf out = {0};
	struct event event;
	char path[256] = "";

	if (size < sizeof(event) + sizeof(view.wall_offset_ns) + 1)
		return 0;
	memcpy(&event, data, sizeof(event));
	event.flow.comm[FLOW_COMM_SIZE - 1] = '\0'; /* as the contract has it */
	data += sizeof(event);
	size -= sizeof(event);
	memcpy(&view.wall_offset_ns, data, sizeof(view.wall_offset_ns));
	view.time = data[sizeof(view.wall_offset_ns)] % 4;
	data += sizeof(view.wall_offset_ns) + 1;
	size -= sizeof(view.wall_offset_ns) + 1;
	memcpy(path, data, size < sizeof(path) ? size : sizeof(path) - 1);
	view.context = path;
	for (int round = 0; round < 2; round++) { /* the second from the cache */
		buf_clear(&out);
		view_json(&view, &event, &out);
		check_line(&out);
		check_json(&out);
	}
	buf_clear(&out);
	view_text(&view, &event, &out);
	check_line(&out);
	buf_release(&out);
	return 0;
}
