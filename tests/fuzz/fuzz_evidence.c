/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Any bytes as a recording of explain: what is read, judged and printed stays in its bounds, and no text in it
 * steers a terminal. The sizes of its rows are set right first: they change with the program, and a recording of
 * another version is refused before anything else is read.
 */
#include "evidence/recording.h"
#include "findings/findings.h"
#include "fuzz/fuzz.h"
#include "hostile.h"

#define HEAD_SIZE 28 /* the magic word and the sizes of five kinds of rows */
#include "view/finding.h"

static void print(const struct evidence *evidence, const struct findings *findings)
{
	const struct finding_view view = {.sockets = evidence->sockets,
					  .socket_count = evidence->socket_count,
					  .width = 80,
					  .color = true};
	struct buf out = {0};

	for (size_t i = 0; i < findings->count; i++) {
		finding_text(&view, &findings->list[i], &out);
		FUZZ_CHECK(hostile_in_text(&out, true) < 0);
		buf_clear(&out);
		finding_json(&view, &findings->list[i], &out);
		FUZZ_CHECK(hostile_in_json(&out) < 0);
		buf_clear(&out);
	}
	buf_release(&out);
}

/* The beginning of an empty recording, up to what it says of the moment. */
static void put_sizes(uint8_t *bytes, size_t size)
{
	const struct evidence nothing = {};
	struct buf empty = {0};

	evidence_encode(&nothing, NULL, NULL, &empty);
	if (size >= HEAD_SIZE && empty.len >= HEAD_SIZE)
		memcpy(bytes, empty.data, HEAD_SIZE);
	buf_release(&empty);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evidence_store store = {};
	struct evidence evidence;
	struct findings findings;
	uint8_t *bytes = malloc(size + 1);

	if (!bytes)
		return 0;
	memcpy(bytes, data, size);
	put_sizes(bytes, size);
	if (!evidence_decode(bytes, size, &store) && !evidence_store_join(&store)) {
		evidence_store_lend(&store, &evidence);
		if (!findings_judge(&evidence, NULL, &findings)) {
			print(&evidence, &findings);
			findings_release(&findings);
		}
		if (!findings_explain(&evidence, NULL, &findings)) {
			print(&evidence, &findings);
			findings_release(&findings);
		}
	}
	evidence_store_release(&store);
	free(bytes);
	return 0;
}
