/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as a recording of explain: what is read, judged and printed stays in its bounds. */
#include "evidence/recording.h"
#include "findings/findings.h"
#include "fuzz/fuzz.h"
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
		finding_json(&view, &findings->list[i], &out);
	}
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evidence_store store = {};
	struct evidence evidence;
	struct findings findings;

	if (!evidence_decode(data, size, &store)) {
		evidence_store_join(&store);
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
	return 0;
}
