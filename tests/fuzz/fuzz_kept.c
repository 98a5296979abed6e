/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Any bytes as a report's evidence in a recording -> verdict -> text and JSON. The input patches a
 * report that knows nothing: an offset of 16 bits, a length, so many bytes, and so on.
 */
#include "base/buf.h"
#include "diagnosis/diagnose.h"
#include "diagnosis/kept.h"
#include "fuzz/fuzz.h"
#include "hostile.h"
#include "view/stall.h"

static const char *text(void *context, uint32_t number)
{
	return number & 1 ? hostile_names[number % HOSTILE_NAMES] : NULL;
}

static void patch(struct stall_kept *kept, const uint8_t *data, size_t size)
{
	uint8_t *bytes = (uint8_t *)&kept->stall;

	while (size >= 3) {
		size_t at = (data[0] | (size_t)data[1] << 8) % sizeof(kept->stall),
		       length = data[2];

		data += 3;
		size -= 3;
		length = length < size ? length : size;
		length = length < sizeof(kept->stall) - at ? length : sizeof(kept->stall) - at;
		memcpy(bytes + at, data, length);
		data += length;
		size -= length;
	}
}

static void print(const struct stall_kept *kept, uint8_t update)
{
	struct view view = {.time = VIEW_TIME_UTC, .terminal_safe = true, .netns_name = text};
	struct verdict verdict;
	struct stall_report report = {
		.stall = &kept->stall,
		.verdict = &verdict,
		.ktime_ns = kept->head.ktime_ns,
		.update = update % 3,
		.nothing_new = update & 128,
	};
	struct buf out = {};

	stall_diagnose(&kept->stall, &kept->senses, kept->head.ktime_ns, &verdict);
	FUZZ_CHECK(verdict.word && verdict.meaning && verdict.advice);
	FUZZ_CHECK(verdict.line_count <= STALL_LINES_MAX);
	for (unsigned int i = 0; i < verdict.line_count; i++)
		FUZZ_CHECK(memchr(verdict.lines[i], '\0', STALL_LINE_SIZE) != NULL);
	view_stall_json(&view, &report, &out);
	FUZZ_CHECK(!out.failed && !memchr(out.data, '\033', out.len));
	buf_clear(&out);
	view_stall_text(&view, &report, &out);
	FUZZ_CHECK(!out.failed && !memchr(out.data, '\033', out.len));
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct stall nothing = {.connect_ret = STALL_RET_UNKNOWN};
	const uint8_t update = fuzz_choice(&data, &size), senses = fuzz_choice(&data, &size);
	const struct stall_senses known = {
		.retransmit = senses & 1, .drops = senses & 2, .drop_reason = senses & 4};
	static struct stall_kept kept, read;

	stall_keep(&nothing, &known, 10000000000ull, &kept);
	patch(&kept, data, size);
	FUZZ_CHECK(!stall_kept_decode(&kept, sizeof(kept), &read));
	print(&read, update);
	return 0;
}
