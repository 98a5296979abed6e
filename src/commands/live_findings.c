/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* live's looks at the machine, by a child process: evidence -> findings -> marks and a text. */
#include "commands/live_findings.h"

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

#define PAUSE_NS 3000000000ULL
#define PAUSE_SHARE 10 /* a look takes at most a tenth of one processor */

/* ---------------------------------------------------------------- in the child */

struct finder {
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
	const struct finder *finder = context;

	return flow->cookie == finder->cookie;
}

static int by_cookie(const void *a, const void *b)
{
	const struct live_mark *left = a, *right = b;

	return (left->cookie > right->cookie) - (left->cookie < right->cookie);
}

/* Sockets of what was found worse than a note. */
static void mark_finding(const struct finder *finder, const struct finding *finding,
			 struct live_finding_reply *reply)
{
	const struct evidence *evidence = &finder->explain.evidence;

	for (size_t i = 0; i < evidence->socket_count && reply->mark_count < LIVE_MARKS_MAX; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if (finder->kinds[i] == finding->kind && socket->flow.cookie &&
		    socket->flow.pid == finding->pid && socket->flow.netns == finding->netns)
			reply->marks[reply->mark_count++] =
				(struct live_mark){socket->flow.cookie, finding->kind};
	}
}

static int mark_all(struct finder *finder, struct live_finding_reply *reply)
{
	const struct evidence *evidence = &finder->explain.evidence;
	struct findings findings;
	int err;

	if (evidence->socket_count > finder->room) {
		free(finder->kinds);
		finder->room = evidence->socket_count * 2;
		finder->kinds = malloc(finder->room);
		if (!finder->kinds)
			finder->room = 0;
	}
	err = finder->room ? findings_classify(evidence, finder->kinds) : -ENOMEM;
	if (!err)
		err = findings_judge(evidence, NULL, &findings);
	if (err)
		return err;
	for (size_t i = 0; i < findings.count; i++) {
		if (findings.list[i].severity > FINDING_NOTE)
			mark_finding(finder, &findings.list[i], reply);
	}
	findings_release(&findings);
	qsort(reply->marks, reply->mark_count, sizeof(*reply->marks), by_cookie);
	return 0;
}

static void put_facts(const struct finder *finder, struct buf *text)
{
	const struct evidence *evidence = &finder->explain.evidence;
	uint64_t cookie = finder->cookie;

	for (size_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if (socket->flow.cookie != cookie)
			continue;
		socket_facts_text(socket, text);
		for (size_t j = 0; j < evidence->process_count; j++) {
			if (evidence->processes[j].pid == socket->flow.pid)
				process_facts_text(&evidence->processes[j], finder->command, text);
		}
		return;
	}
}

static int explain_one(struct finder *finder, struct live_finding_reply *reply)
{
	const struct evidence *evidence = &finder->explain.evidence;
	const struct findings_choice choice = {is_asked_for, finder};
	const struct finding_view view = {.own_netns = evidence->own_netns, .width = finder->width};
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
	live_stall_text(&finder->stall, finder->width, &text);
	put_facts(finder, &text);
	if (!text.failed && text.len) {
		size_t size = text.len < LIVE_FINDING_TEXT ? text.len : LIVE_FINDING_TEXT - 1;

		memcpy(reply->text, text.data, size);
	}
	buf_release(&text);
	return 0;
}

static bool wants_process(const struct socket_detail *socket)
{
	return findings_want_process(socket) || socket->form == SOCKET_FULL;
}

static void read_command(struct finder *finder)
{
	const struct evidence *evidence = &finder->explain.evidence;

	finder->command[0] = '\0';
	for (size_t i = 0; finder->cookie && i < evidence->socket_count; i++) {
		if (evidence->sockets[i].flow.cookie != finder->cookie)
			continue;
		evidence_read_command(evidence->sockets[i].flow.pid, finder->command,
				      sizeof(finder->command));
		return;
	}
}

/* With privileges: reads. */
static int find_all(struct finder *finder)
{
	struct explain *explain = &finder->explain;
	int err = 0;

	if (!finder->opened) {
		gatherer_open(&explain->gatherer, GATHER_COOKIES); /* without iterators sock_diag serves */
		err = lookups_new(&explain->selection.lookups);
	}
	finder->opened = !err;
	if (!err)
		err = gather(&explain->gatherer, &explain->store,
			     &(struct gather_choice){
				     .wants_process = finder->cookie ? wants_process
								     : findings_want_process});
	if (err)
		return err;
	explain_name_all(explain);
	read_command(finder);
	live_stall_read(&finder->stall, finder->cookie);
	evidence_store_lend(&explain->store, &explain->evidence);
	return 0;
}

/* Without: judges. */
static int judge(void *context, void *result)
{
	struct live_finding_reply *reply = result;
	struct finder *finder = context;
	int err = mark_all(finder, reply);

	reply->cookie = finder->cookie;
	return err || !finder->cookie ? err : explain_one(finder, reply);
}

static void answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer)
{
	struct finder *finder = context;

	finder->cookie = question->number;
	finder->width = question->index;
	ret_answer->err = find_all(finder);
	if (!ret_answer->err)
		ret_answer->err = privilege_apart(judge, finder, ret_answer->data,
						  sizeof(struct live_finding_reply));
	ret_answer->size = sizeof(struct live_finding_reply);
}

/* ---------------------------------------------------------------- in live */

void live_findings_start(struct live_findings *findings)
{
	struct finder finder = {};

	if (helper_start(answer, &finder, 0, &findings->helper))
		findings->helper = NULL;
}

void live_findings_stop(struct live_findings *findings)
{
	helper_kill(findings->helper);
	findings->helper = NULL;
}

int live_findings_fd(const struct live_findings *findings)
{
	return helper_fd(findings->helper);
}

bool live_findings_receive(struct live_findings *findings)
{
	struct helper_answer came = {};
	int err = findings->helper ? helper_receive(findings->helper, &came) : -EAGAIN;

	if (err == -EAGAIN)
		return false;
	if (err == -EPIPE)
		live_findings_stop(findings);
	findings->asked = false;
	findings->cost_ns = clock_monotonic_ns() - findings->asked_ns;
	if (err)
		return false;
	memcpy(&findings->reply, came.data, sizeof(findings->reply));
	if (findings->reply.mark_count > LIVE_MARKS_MAX)
		findings->reply.mark_count = 0;
	findings->reply.text[LIVE_FINDING_TEXT - 1] = '\0';
	return true;
}

/* At once for a connection that was selected anew, else now and then. */
void live_findings_turn(struct live_findings *findings, uint64_t cookie, unsigned int width,
			uint64_t now_ns)
{
	struct helper_question question = {.number = cookie, .index = width};
	uint64_t pause_ns = findings->cost_ns * PAUSE_SHARE;

	if (pause_ns < PAUSE_NS)
		pause_ns = cookie && cookie != findings->asked_cookie ? 0 : PAUSE_NS;
	if (!findings->helper || findings->asked ||
	    (findings->asked_ns && now_ns - findings->asked_ns < pause_ns))
		return;
	if (helper_send(findings->helper, &question)) {
		live_findings_stop(findings);
		return;
	}
	findings->asked = true;
	findings->asked_ns = now_ns;
	findings->asked_cookie = cookie;
}

unsigned int live_findings_mark(const struct live_findings *findings, uint64_t cookie)
{
	const struct live_mark key = {.cookie = cookie};
	const struct live_mark *mark =
		cookie && findings->reply.mark_count
			? bsearch(&key, findings->reply.marks, findings->reply.mark_count,
				  sizeof(key), by_cookie)
			: NULL;

	return mark ? (unsigned int)mark->kind : 0;
}

bool live_findings_full(const struct live_findings *findings)
{
	return findings->reply.mark_count == LIVE_MARKS_MAX;
}

const char *live_findings_text(const struct live_findings *findings, uint64_t cookie)
{
	return cookie && findings->reply.cookie == cookie && findings->reply.text[0]
		       ? findings->reply.text
		       : NULL;
}
