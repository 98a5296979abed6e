/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* live's looks at the machine: which rows have a finding, and why the selected one is as it is. A
 * child process reads and judges, so that no key waits for it. */
#ifndef COMMANDS_LIVE_LOOKS_H
#define COMMANDS_LIVE_LOOKS_H

#include "base/loop.h"
#include "privilege/helper.h"

#define LIVE_MARKS_MAX 100
#define LIVE_FINDING_TEXT 2464

struct live_mark {
	uint64_t cookie;
	uint64_t kind; /* enum finding_kind */
};

/* An answer of the child, in helper_answer.data. */
struct live_finding_reply {
	uint64_t cookie; /* `text` is about this connection; 0: none */
	uint32_t mark_count;
	uint32_t pad;
	struct live_mark marks[LIVE_MARKS_MAX]; /* connections with a finding, by cookie */
	char text[LIVE_FINDING_TEXT];		/* lines */
};

_Static_assert(sizeof(struct live_finding_reply) <= HELPER_DATA_SIZE, "one look is one answer");

struct live_findings {
	struct helper *helper; /* NULL: there is none */
	bool asked;
	uint64_t asked_ns, cost_ns;
	uint64_t asked_cookie;
	struct live_finding_reply reply; /* the last */
};

/* Before the tracer is open and privileges are dropped. Without a child nothing is marked. */
void live_findings_start(struct live_findings *findings);
void live_findings_stop(struct live_findings *findings);
/* The descriptor to wait for; -1: none. */
int live_findings_fd(const struct live_findings *findings);
/* Takes the answer that came; true: there is a new one. */
bool live_findings_receive(struct live_findings *findings);
/* Asks where a look is due; `cookie`: the connection to explain in `width` columns, 0 none. */
void live_findings_turn(struct live_findings *findings, uint64_t cookie, unsigned int width,
			uint64_t now_ns);
/* enum finding_kind of that connection; 0: none. */
unsigned int live_findings_mark(const struct live_findings *findings, uint64_t cookie);
/* There may be more findings than marks. */
bool live_findings_full(const struct live_findings *findings);
/* NULL: not yet. */
const char *live_findings_text(const struct live_findings *findings, uint64_t cookie);

#endif
