/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* live's looks at the machine, by a child process: evidence -> findings -> marks and a text. */
#include "commands/live_findings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "commands/explain.h"
#include "commands/live_child.h"
#include "commands/live_stall.h"
#include "evidence/processes.h"
#include "privilege/apart.h"
#include "view/finding.h"
#include "view/socket_facts.h"

#define PAUSE_NS 3000000000ULL
#define PAUSE_SHARE 10 /* a reading takes at most a tenth of one processor */

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

/* What the judge fills without privileges. */
struct judged {
	struct live_finding_reply reply;
	struct live_mark marks[LIVE_MARKS_MAX];
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
			 struct judged *judged)
{
	const struct evidence *evidence = &finder->explain.evidence;
	struct live_finding_reply *reply = &judged->reply;

	for (size_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if (finder->kinds[i] != finding->kind || !socket->flow.cookie ||
		    socket->flow.pid != finding->pid || socket->flow.netns != finding->netns)
			continue;
		if (reply->total++ < LIVE_MARKS_MAX)
			judged->marks[reply->mark_count++] =
				(struct live_mark){socket->flow.cookie, finding->kind};
	}
}

static int mark_all(struct finder *finder, struct judged *judged)
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
			mark_finding(finder, &findings.list[i], judged);
	}
	findings_release(&findings);
	qsort(judged->marks, judged->reply.mark_count, sizeof(*judged->marks), by_cookie);
	return 0;
}

/* NULL: it is gone. */
static const struct socket_detail *asked_socket(const struct finder *finder)
{
	const struct evidence *evidence = &finder->explain.evidence;

	for (size_t i = 0; finder->cookie && i < evidence->socket_count; i++) {
		if (evidence->sockets[i].flow.cookie == finder->cookie)
			return &evidence->sockets[i];
	}
	return NULL;
}

static void put_facts(const struct finder *finder, struct buf *text)
{
	const struct evidence *evidence = &finder->explain.evidence;
	const struct socket_detail *socket = asked_socket(finder);

	if (!socket)
		return;
	socket_facts_text(socket, text);
	for (size_t i = 0; i < evidence->process_count; i++) {
		if (evidence->processes[i].pid == socket->flow.pid)
			process_facts_text(&evidence->processes[i], finder->command, text);
	}
}

static int explain_one(struct finder *finder, struct live_finding_reply *reply)
{
	const struct evidence *evidence = &finder->explain.evidence;
	const struct findings_choice choice = {is_asked_for, finder};
	const struct finding_view view = {.own_netns = evidence->own_netns, .width = finder->width};
	const struct socket_detail *socket = asked_socket(finder);
	struct findings findings;
	struct buf text = {};
	int err = findings_explain(evidence, &choice, &findings);

	if (err)
		return err;
	live_stall_text(&finder->stall, socket ? &socket->flow : NULL, finder->width, &text);
	/* of a connect that hangs the finding says no more than to ask for the verdict */
	for (size_t i = 0; i < findings.count && !finder->stall.found; i++) {
		finding_text(&view, &findings.list[i], &text);
		if (!text.failed && text.len)
			text.len--; /* the line between two */
	}
	findings_release(&findings);
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
	const struct socket_detail *socket = asked_socket(finder);

	finder->command[0] = '\0';
	if (socket)
		evidence_read_command(socket->flow.pid, finder->command, sizeof(finder->command));
}

/* With privileges: reads. */
static int find_all(struct finder *finder)
{
	const struct gather_choice choice = {
		.wants_process = finder->cookie ? wants_process : findings_want_process,
		.tracked = {finder->cookie ? is_asked_for : NULL, finder},
	};
	struct explain *explain = &finder->explain;
	int err = 0;

	if (!finder->opened) {
		gatherer_open(&explain->gatherer, GATHER_COOKIES); /* or sock_diag serves */
		err = lookups_new(&explain->selection.lookups);
	}
	finder->opened = !err;
	if (!err)
		err = gather(&explain->gatherer, &explain->store, &choice);
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
	struct judged *judged = result;
	struct finder *finder = context;
	int err = mark_all(finder, judged);

	judged->reply.cookie = finder->cookie;
	return err || !finder->cookie ? err : explain_one(finder, &judged->reply);
}

/* The marks in parts, what is left in the answer itself. */
static void send_judged(const struct judged *judged, struct helper_answer *ret_answer)
{
	const size_t most = HELPER_DATA_SIZE / sizeof(struct live_mark);
	struct helper_answer part = {};

	for (size_t i = 0; i < judged->reply.mark_count; i += most) {
		size_t count = judged->reply.mark_count - i;

		part.size = (uint32_t)((count < most ? count : most) * sizeof(*judged->marks));
		memcpy(part.data, &judged->marks[i], part.size);
		helper_part(&part);
	}
	memcpy(ret_answer->data, &judged->reply, sizeof(judged->reply));
	ret_answer->size = sizeof(judged->reply);
}

static void answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer)
{
	struct judged *judged = malloc(sizeof(*judged));
	struct finder *finder = context;

	finder->cookie = question->number;
	finder->width = question->index;
	ret_answer->err = judged ? find_all(finder) : -ENOMEM;
	if (!ret_answer->err)
		ret_answer->err = privilege_apart(judge, finder, judged, sizeof(*judged));
	if (!ret_answer->err)
		send_judged(judged, ret_answer);
	free(judged);
}

/* ---------------------------------------------------------------- in live */

void live_findings_start(struct live_findings *findings)
{
	struct finder finder = {};

	findings->marks.list = calloc(LIVE_MARKS_MAX, sizeof(*findings->marks.list));
	findings->arrived.list = calloc(LIVE_MARKS_MAX, sizeof(*findings->arrived.list));
	if (findings->marks.list && findings->arrived.list)
		live_child_start(answer, &finder, 0, &findings->helper);
}

void live_findings_stop(struct live_findings *findings)
{
	live_child_stop(&findings->helper);
	free(findings->marks.list);
	free(findings->arrived.list);
	findings->marks = findings->arrived = (struct live_marks){};
}

static void add_marks(struct live_marks *marks, const struct helper_answer *part)
{
	size_t count = part->size / sizeof(*marks->list), room = LIVE_MARKS_MAX - marks->count;

	if (part->size > HELPER_DATA_SIZE || count > room)
		return;
	memcpy(&marks->list[marks->count], part->data, count * sizeof(*marks->list));
	marks->count += count;
}

static void take_reply(struct live_findings *findings, const struct helper_answer *came)
{
	const struct live_marks before = findings->marks;

	memcpy(&findings->reply, came->data, sizeof(findings->reply));
	findings->reply.text[LIVE_FINDING_TEXT - 1] = '\0';
	findings->marks = findings->arrived;
	findings->arrived = (struct live_marks){.list = before.list};
}

bool live_findings_receive(struct live_findings *findings)
{
	struct helper_answer came = {};
	int err = live_child_receive(&findings->helper, &came);

	while (!err && came.more) {
		add_marks(&findings->arrived, &came);
		err = live_child_receive(&findings->helper, &came);
	}
	if (err == -EAGAIN)
		return false;
	findings->asked = false;
	findings->cost_ns = clock_monotonic_ns() - findings->asked_ns;
	if (err)
		findings->arrived.count = 0;
	else
		take_reply(findings, &came);
	return !err;
}

/*
 * At once for a connection that was selected anew, on a large machine after a rest as long as the
 * last reading; else now and then.
 */
void live_findings_turn(struct live_findings *findings, uint64_t cookie, unsigned int width,
			uint64_t now_ns)
{
	struct helper_question question = {.number = cookie, .index = width};
	uint64_t pause_ns = findings->cost_ns * PAUSE_SHARE;

	if (pause_ns < PAUSE_NS)
		pause_ns = PAUSE_NS;
	if (cookie && cookie != findings->asked_cookie) /* somebody waits for it */
		pause_ns = findings->cost_ns > PAUSE_NS / PAUSE_SHARE ? findings->cost_ns : 0;
	if (!findings->helper || findings->asked ||
	    (findings->asked_ns && now_ns - findings->asked_ns < pause_ns))
		return;
	if (live_child_send(&findings->helper, &question))
		return;
	findings->asked = true;
	findings->asked_ns = now_ns;
	findings->asked_cookie = cookie;
}

unsigned int live_findings_mark(const struct live_findings *findings, uint64_t cookie)
{
	const struct live_mark key = {.cookie = cookie};
	const struct live_marks *marks = &findings->marks;
	const struct live_mark *mark =
		cookie && marks->count
			? bsearch(&key, marks->list, marks->count, sizeof(key), by_cookie)
			: NULL;

	return mark ? (unsigned int)mark->kind : 0;
}

uint64_t live_findings_unmarked(const struct live_findings *findings)
{
	return findings->reply.total > findings->marks.count
		       ? findings->reply.total - findings->marks.count
		       : 0;
}

const char *live_findings_text(const struct live_findings *findings, uint64_t cookie)
{
	return cookie && findings->reply.cookie == cookie && findings->reply.text[0]
		       ? findings->reply.text
		       : NULL;
}
