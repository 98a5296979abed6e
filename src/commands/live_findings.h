/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* live's looks at the machine: which rows have a finding, and why the selected one is as it is. A
 * child process reads and judges, so that no key waits for it. */
#ifndef COMMANDS_LIVE_LOOKS_H
#define COMMANDS_LIVE_LOOKS_H

#include "base/loop.h"
#include "privilege/helper.h"

#define LIVE_MARKS_MAX 16384 /* 256 KB; further ones are counted */
#define LIVE_FINDING_TEXT 4096

struct live_mark {
	uint64_t cookie;
	uint64_t kind; /* enum finding_kind */
};

/* The end of an answer of the child, in helper_answer.data; its marks come before, in parts. */
struct live_finding_reply {
	uint64_t cookie; /* `text` is about this connection; 0: none */
	uint64_t total;	 /* connections with a finding; of these so many have a mark: */
	uint64_t mark_count;
	char text[LIVE_FINDING_TEXT]; /* lines */
};

_Static_assert(sizeof(struct live_finding_reply) <= HELPER_DATA_SIZE, "one look is one answer");

/* By cookie. */
struct live_marks {
	struct live_mark *list; /* LIVE_MARKS_MAX; NULL: out of memory */
	size_t count;
};

struct live_findings {
	struct helper *helper; /* of live_child.h; NULL: there is none */
	bool asked;
	uint64_t asked_ns, cost_ns;
	uint64_t asked_cookie;
	struct live_finding_reply reply;  /* the last */
	struct live_marks marks, arrived; /* its marks; those of the one that is coming in */
};

/* Before the tracer is open and privileges are dropped. Without a child nothing is marked. */
void live_findings_start(struct live_findings *findings);
void live_findings_stop(struct live_findings *findings);
/* Takes the answer that came; true: there is a new one. */
bool live_findings_receive(struct live_findings *findings);
/* Asks where a reading is due; `cookie`: the connection to explain in `width` columns, 0 none. */
void live_findings_turn(struct live_findings *findings, uint64_t cookie, unsigned int width,
			uint64_t now_ns);
/* enum finding_kind of that connection; 0: none. */
unsigned int live_findings_mark(const struct live_findings *findings, uint64_t cookie);
/* Connections with a finding that have no mark. */
uint64_t live_findings_unmarked(const struct live_findings *findings);
/* NULL: not yet. */
const char *live_findings_text(const struct live_findings *findings, uint64_t cookie);

#endif
