/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate kill: the kernel's lists -> table -> the rows that a FILTER selects -> SOCK_DESTROY. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/list_grow.h"
#include "base/say.h"
#include "commands/btf_option.h"
#include "commands/commands.h"
#include "commands/left_out.h"
#include "commands/row_print.h"
#include "kernel/pidns.h"
#include "privilege/drop.h"
#include "netlink/destroy.h"
#include "netstate/tcp_state.h"
#include "table/rows.h"
#include "table/source.h"

struct kill {
	struct selection selection;
	struct row_print print;
	enum table_use use;
	bool dry_run, listeners;
	struct destroy_target *targets;
	size_t count, room;
	size_t spared; /* listeners */
	bool no_memory;
	struct helper *helper;
	struct table_source *source;
};

/* Beside the lookups: data are up to TARGETS_MAX targets, which come back with their results. */
#define KILL_TARGETS LOOKUP_KINDS
#define TARGETS_MAX 16

_Static_assert(sizeof(struct destroy_target) * TARGETS_MAX <= HELPER_DATA_SIZE,
	       "so many targets are one question");

#define FIELD(name) offsetof(struct kill, name)

static const struct option_row rows[] = {
	{"dry-run", 'n', NULL, "show what would be ended, and end nothing", option_store_true,
	 FIELD(dry_run), NULL},
	{"listeners", 'l', NULL, "end listening sockets that match, too", option_store_true,
	 FIELD(listeners), NULL},
	ROW_PRINT_OPTIONS(kill, print),
	SELECTION_OPTIONS(kill, selection),
	TABLE_USE_OPTION(kill, use),
	BTF_OPTION,
};

static const struct option_table table = {
	.command = "kill",
	.usage = "netstate kill [OPTIONS] FILTER",
	.about =
		"Ends the TCP connections that FILTER selects, and prints them as list does. The process gets\n"
		"ECONNABORTED, the peer a reset (SOCK_DESTROY of sock_diag, as ss -K). Needs root.\n"
		"FILTER is list's; without one nothing is ended. Look with --dry-run first.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* Called for each row that the selection matches: false leaves it out. */
static bool choose(void *context, const struct connection *row,
		   const struct connection_detail *detail)
{
	struct kill *kill = context;

	if (row->state == TCP_STATE_LISTEN && !kill->listeners) {
		kill->spared++;
		return false;
	}
	if (LIST_GROW(kill->targets, kill->count, kill->room)) {
		kill->no_memory = true;
		return false;
	}
	kill->targets[kill->count++] = (struct destroy_target){
		.flow = row->flow,
		.device = detail && detail->has & DETAIL_HAS_DEVICE ? detail->device : 0,
	};
	return true;
}

/* A word may be blank: that of a script's variable that is not set. */
static bool is_blank(const char *text)
{
	return !text || !text[strspn(text, " \t\n")];
}

/* A namespace or a family alone selects too much to be meant. */
static bool is_empty(const struct selection *selection)
{
	return is_blank(selection->filter_text) && !selection->pid && !selection->port &&
	       !selection->lport && !selection->rport && !selection->cgroup_text;
}

static int refuse(const struct kill *kill)
{
	if (is_empty(&kill->selection))
		return say_usage(
			"kill",
			"a FILTER, --pid, --port, --lport, --rport or --cgroup is expected; none would end every connection");
	if (!kill->dry_run && geteuid())
		return say(
			"kill: ending connections needs root; --dry-run shows what would be ended");
	return STATUS_OK;
}

static const char *reason(int err)
{
	switch (err) {
	case -EOPNOTSUPP:
		return "this kernel has no SOCK_DESTROY (CONFIG_INET_DIAG_DESTROY)";
	case -EPERM:
	case -EACCES:
		return "it needs CAP_NET_ADMIN in its network namespace";
	case -ENONET:
		return "its network namespace cannot be reached";
	default:
		return strerror(-err);
	}
}

static size_t count_results(const struct kill *kill, int result)
{
	size_t count = 0;

	for (size_t i = 0; i < kill->count; i++)
		count += kill->targets[i].result == result;
	return count;
}

/* One sentence for each reason, with the number of connections. -ENOENT is none: it has ended, as the
 * other end of a connection within this host does by the reset. */
static size_t say_failures(const struct kill *kill)
{
	size_t failed = 0;

	for (size_t i = 0; i < kill->count; i++) {
		int err = kill->targets[i].result;
		size_t same = 0, before = 0;

		if (err == -ENOENT)
			continue;
		failed += err != 0;
		for (size_t k = 0; err && k < kill->count; k++) {
			same += kill->targets[k].result == err;
			before += k < i && kill->targets[k].result == err;
			if (before)
				break;
		}
		if (err && !before)
			say("kill: %zu not ended: %s", same, reason(err));
	}
	return failed;
}

/* ---------------------------------------------------------------- the helper, which has the privilege */

static int destroy(struct kill *kill, struct destroy_target *targets, size_t count)
{
	struct namespaces spaces = {};
	int err = table_source_namespaces(kill->source, &spaces);

	if (!err)
		tcp_destroy(&spaces, targets, count);
	namespaces_release(&spaces);
	return err;
}

static void answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer)
{
	struct destroy_target *targets = (struct destroy_target *)(void *)ret_answer->data;
	struct kill *kill = context;

	if (lookups_answer(kill->selection.lookups, question, ret_answer))
		return;
	ret_answer->err = -ENOSYS;
	if (question->kind != KILL_TARGETS || kill->dry_run ||
	    question->size > sizeof(*targets) * TARGETS_MAX)
		return;
	memcpy(targets, question->data, question->size);
	ret_answer->size = (uint32_t)question->size;
	ret_answer->err = destroy(kill, targets, question->size / sizeof(*targets));
}

static int ask_to_destroy(struct kill *kill, struct destroy_target *targets, size_t count)
{
	const struct helper_question question = {
		.kind = KILL_TARGETS, .data = targets, .size = count * sizeof(*targets)};
	struct helper_answer answered;
	int err = helper_ask(kill->helper, &question, &answered);

	if (!err && answered.size != question.size)
		err = -EPROTO;
	if (!err)
		memcpy(targets, answered.data, question.size);
	return err;
}

static void drop_privileges(struct kill *kill)
{
	if (helper_start(answer, kill, 0, &kill->helper)) {
		kill->helper = NULL;
		return;
	}
	lookups_ask(kill->selection.lookups, kill->helper);
	privilege_drop(false);
}

/* ---------------------------------------------------------------- the end of what was chosen */

static int end(struct kill *kill)
{
	int err = kill->helper ? 0 : destroy(kill, kill->targets, kill->count);
	size_t failed, gone;

	for (size_t at = 0; kill->helper && !err && at < kill->count; at += TARGETS_MAX)
		err = ask_to_destroy(kill, kill->targets + at,
				     kill->count - at < TARGETS_MAX ? kill->count - at
								    : TARGETS_MAX);
	if (err)
		return say("kill: cannot end them: %s", strerror(-err));
	failed = say_failures(kill);
	gone = count_results(kill, -ENOENT);
	if (gone)
		say("kill: %zu of %zu ended, %zu had ended already", kill->count - failed - gone,
		    kill->count, gone);
	else
		say("kill: %zu of %zu ended", kill->count - failed, kill->count);
	return failed ? STATUS_FAILURE : STATUS_OK;
}

static int print_and_end(struct kill *kill, const struct conn_table *connections,
			 struct table_source *source)
{
	struct netns_left_out left = table_source_left_out(source, kill->selection.kernel.netns);
	int status;

	clock_utc_offset(0); /* reads the time zone's file while that can be opened */
	kill->source = source;
	drop_privileges(kill);
	status = row_print_all(&kill->print, &kill->selection, connections, source);
	left_out_say("kill", &left, "kind", kill->print.json ? &kill->print.output : NULL);
	say_full(connections);
	if (status)
		return status;
	if (kill->no_memory)
		return say("out of memory");
	if (kill->spared)
		say("kill: %zu listening %s not touched; --listeners includes them", kill->spared,
		    kill->spared == 1 ? "socket is" : "sockets are");
	if (!kill->count)
		return say("kill: no connection matches");
	if (!kill->dry_run)
		return end(kill);
	say("kill: %zu would be ended", kill->count);
	return STATUS_OK;
}

static int run(struct kill *kill)
{
	struct table_source source = {.use = kill->use, .want_details = true};
	struct conn_table *connections = NULL;
	struct conn_pass pass;
	int err, status = table_source_open(&source, "kill");

	if (status)
		return status;
	if (pidns_note())
		say("%s", pidns_note());
	kill->print.choose = choose;
	kill->print.choose_context = kill;
	err = conn_table_new(table_rows(0, ROWS_BESIDE_LISTS), &connections);
	if (!err)
		err = table_source_pass(&source, connections, TABLE_PASS_HOLDERS, &pass);
	status = err ? say("kill: cannot read the kernel's socket lists: %s", strerror(-err))
		     : print_and_end(kill, connections, &source);
	helper_stop(kill->helper);
	conn_table_free(connections);
	table_source_close(&source);
	return status;
}

int command_kill(int argc, char **argv)
{
	struct kill kill = {};
	int first, status = options_parse(&table, argc, argv, &kill, &first);

	if (status != OPTIONS_GO_ON)
		return status;
	status = row_print_init(&kill.print, "kill");
	if (status == OPTIONS_GO_ON) {
		status = selection_init(&kill.selection, "kill", argc, argv, first);
		if (!status)
			status = refuse(&kill);
		if (!status)
			status = run(&kill);
		selection_release(&kill.selection);
	}
	row_print_release(&kill.print);
	free(kill.targets);
	return status;
}
