/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* live's looks at the machine, by a child process: evidence -> findings -> marks and a text. */
#include "commands/live_looks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "commands/explain.h"
#include "commands/live_stall.h"
#include "evidence/processes.h"
#include "privilege/apart.h"
#include "view/finding.h"
#include "view/socket_facts.h"

#define LOOK_EVERY_NS 3000000000ULL
#define LOOK_SHARE 10 /* a look takes at most a tenth of one processor */

/* ---------------------------------------------------------------- in the child */

struct looker {
	struct explain explain;
	bool opened;
	struct live_stall stall;
	uint64_t cookie;
	unsigned int width;
	char command[160]; /* of the process of that connection */
	uint8_t *kinds;	   /* of explain.evidence.sockets */
	size_t room;
};

static bool is_asked_for(void *context, const struct flow *flow, const struct socket_detail *socket)
{
	const struct looker *looker = context;

	return flow->cookie == looker->cookie;
}

static int by_cookie(const void *a, const void *b)
{
	const struct live_mark *left = a, *right = b;

	return (left->cookie > right->cookie) - (left->cookie < right->cookie);
}

/* Sockets of what was found worse than a note. */
static void mark_finding(const struct looker *looker, const struct finding *finding,
			 struct live_look *look)
{
	const struct evidence *evidence = &looker->explain.evidence;

	for (size_t i = 0; i < evidence->socket_count && look->mark_count < LIVE_MARKS_MAX; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if (looker->kinds[i] == finding->kind && socket->flow.cookie &&
		    socket->flow.pid == finding->pid && socket->flow.netns == finding->netns)
			look->marks[look->mark_count++] =
				(struct live_mark){socket->flow.cookie, finding->kind};
	}
}

static int mark_all(struct looker *looker, struct live_look *look)
{
	const struct evidence *evidence = &looker->explain.evidence;
	struct findings findings;
	int err;

	if (evidence->socket_count > looker->room) {
		free(looker->kinds);
		looker->room = evidence->socket_count * 2;
		looker->kinds = malloc(looker->room);
		if (!looker->kinds)
			looker->room = 0;
	}
	err = looker->room ? findings_classify(evidence, looker->kinds) : -ENOMEM;
	if (!err)
		err = findings_judge(evidence, NULL, &findings);
	if (err)
		return err;
	for (size_t i = 0; i < findings.count; i++) {
		if (findings.list[i].severity > FINDING_NOTE)
			mark_finding(looker, &findings.list[i], look);
	}
	findings_release(&findings);
	qsort(look->marks, look->mark_count, sizeof(*look->marks), by_cookie);
	return 0;
}

static void put_facts(const struct looker *looker, struct buf *text)
{
	const struct evidence *evidence = &looker->explain.evidence;
	uint64_t cookie = looker->cookie;

	for (size_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if (socket->flow.cookie != cookie)
			continue;
		socket_facts_text(socket, text);
		for (size_t j = 0; j < evidence->process_count; j++) {
			if (evidence->processes[j].pid == socket->flow.pid)
				process_facts_text(&evidence->processes[j], looker->command, text);
		}
		return;
	}
}

static int explain_one(struct looker *looker, struct live_look *look)
{
	const struct evidence *evidence = &looker->explain.evidence;
	const struct findings_choice choice = {is_asked_for, looker};
	const struct finding_view view = {.own_netns = evidence->own_netns, .width = looker->width};
	struct findings findings;
	struct buf text = {};
	int err = findings_explain(evidence, &choice, &findings);

	if (err)
		return err;
	for (size_t i = 0; i < findings.count; i++) {
		finding_text(&view, &findings.list[i], &text);
		if (!text.failed && text.len)
			text.len--; /* the line between two */
	}
	findings_release(&findings);
	live_stall_text(&looker->stall, looker->width, &text);
	put_facts(looker, &text);
	if (!text.failed && text.len) {
		size_t size = text.len < LIVE_LOOK_TEXT ? text.len : LIVE_LOOK_TEXT - 1;

		memcpy(look->text, text.data, size);
	}
	buf_release(&text);
	return 0;
}

static bool wants_process(const struct socket_detail *socket)
{
	return findings_want_process(socket) || socket->form == SOCKET_FULL;
}

static void read_command(struct looker *looker)
{
	const struct evidence *evidence = &looker->explain.evidence;

	looker->command[0] = '\0';
	for (size_t i = 0; looker->cookie && i < evidence->socket_count; i++) {
		if (evidence->sockets[i].flow.cookie != looker->cookie)
			continue;
		evidence_read_command(evidence->sockets[i].flow.pid, looker->command,
				      sizeof(looker->command));
		return;
	}
}

/* With privileges: reads. */
static int look_at_all(struct looker *looker)
{
	struct explain *explain = &looker->explain;
	int err = 0;

	if (!looker->opened) {
		gatherer_open(&explain->gatherer); /* without iterators sock_diag serves */
		err = lookups_new(&explain->selection.lookups);
	}
	looker->opened = !err;
	if (!err)
		err = gather(&explain->gatherer, &explain->store,
			     looker->cookie ? wants_process : findings_want_process);
	if (err)
		return err;
	explain_name_all(explain);
	read_command(looker);
	live_stall_read(&looker->stall, looker->cookie);
	evidence_store_lend(&explain->store, &explain->evidence);
	return 0;
}

/* Without: judges. */
static int judge(void *context, void *result)
{
	struct live_look *look = result;
	struct looker *looker = context;
	int err = mark_all(looker, look);

	look->cookie = looker->cookie;
	return err || !looker->cookie ? err : explain_one(looker, look);
}

static void answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer)
{
	struct looker *looker = context;

	looker->cookie = question->number;
	looker->width = question->index;
	ret_answer->err = look_at_all(looker);
	if (!ret_answer->err)
		ret_answer->err =
			privilege_apart(judge, looker, ret_answer->data, sizeof(struct live_look));
	ret_answer->size = sizeof(struct live_look);
}

/* ---------------------------------------------------------------- in live */

void live_looks_start(struct live_looks *looks)
{
	struct looker looker = {};

	if (helper_start(answer, &looker, false, &looks->helper))
		looks->helper = NULL;
}

void live_looks_stop(struct live_looks *looks)
{
	helper_kill(looks->helper);
	looks->helper = NULL;
}

int live_looks_fd(const struct live_looks *looks)
{
	return looks->helper ? helper_fd(looks->helper) : -1;
}

bool live_looks_take(struct live_looks *looks)
{
	struct helper_answer came = {};
	int err = looks->helper ? helper_take(looks->helper, &came) : -EAGAIN;

	if (err == -EAGAIN)
		return false;
	if (err == -EPIPE)
		live_looks_stop(looks);
	looks->asked = false;
	looks->cost_ns = clock_monotonic_ns() - looks->asked_ns;
	if (err)
		return false;
	memcpy(&looks->look, came.data, sizeof(looks->look));
	if (looks->look.mark_count > LIVE_MARKS_MAX)
		looks->look.mark_count = 0;
	looks->look.text[LIVE_LOOK_TEXT - 1] = '\0';
	return true;
}

/* At once for a connection that was selected anew, else now and then. */
void live_looks_turn(struct live_looks *looks, uint64_t cookie, unsigned int width, uint64_t now_ns)
{
	struct helper_question question = {.number = cookie, .index = width};
	uint64_t pause_ns = looks->cost_ns * LOOK_SHARE;

	if (pause_ns < LOOK_EVERY_NS)
		pause_ns = cookie && cookie != looks->asked_cookie ? 0 : LOOK_EVERY_NS;
	if (!looks->helper || looks->asked ||
	    (looks->asked_ns && now_ns - looks->asked_ns < pause_ns))
		return;
	if (helper_send(looks->helper, &question)) {
		live_looks_stop(looks);
		return;
	}
	looks->asked = true;
	looks->asked_ns = now_ns;
	looks->asked_cookie = cookie;
}

unsigned int live_looks_mark(const struct live_looks *looks, uint64_t cookie)
{
	const struct live_mark key = {.cookie = cookie};
	const struct live_mark *mark =
		cookie && looks->look.mark_count
			? bsearch(&key, looks->look.marks, looks->look.mark_count, sizeof(key),
				  by_cookie)
			: NULL;

	return mark ? (unsigned int)mark->kind : 0;
}

bool live_looks_full(const struct live_looks *looks)
{
	return looks->look.mark_count == LIVE_MARKS_MAX;
}

const char *live_looks_text(const struct live_looks *looks, uint64_t cookie)
{
	return cookie && looks->look.cookie == cookie && looks->look.text[0] ? looks->look.text
									     : NULL;
}
