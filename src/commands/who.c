/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate who: a port, an address, a process or a cookie -> every socket of it, and who has that. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/options.h"
#include "base/say.h"
#include "commands/btf_option.h"
#include "commands/commands.h"
#include "commands/left_out.h"
#include "commands/line_options.h"
#include "commands/output_end.h"
#include "commands/who_watch.h"
#include "names/numbers.h"
#include "namespaces/by_name.h"
#include "sink/output.h"
#include "table/rows.h"
#include "table/who.h"
#include "view/who.h"

struct who {
	bool json, watch;
	uint64_t duration_ns;
	const char *netns_text;
	char device[WHO_DEVICE_MAX]; /* of ADDRESS%DEVICE; "": none */
	enum table_use use;
	struct who_question question;
	/* at work */
	struct lookups *lookups;
	struct trace_helper helper; /* its `ports` are the source */
	struct who_watch watching;
	struct output output;
};

#define FIELD(name) offsetof(struct who, name)

static const struct option_row rows[] = {
	{"json", 'j', NULL, "one JSON object a line; keys in docs/json.md", option_store_true,
	 FIELD(json), NULL},
	{"netns", 'N', "NETNS",
	 "only in this network namespace: a name of ip-netns(8), a path or an inode",
	 option_store_text, FIELD(netns_text), NULL},
	{"watch", 'w', NULL,
	 "then print binds and listens of :PORT that fail, and who is in the way",
	 option_store_true, FIELD(watch), NULL},
	DURATION_OPTIONS(FIELD(duration_ns)),
	TABLE_USE_OPTION(who, use),
	BTF_OPTION,
};

static const struct option_table table = {
	.command = "who",
	.usage = "netstate who [OPTIONS] :PORT | ADDRESS:PORT | PID | COOKIE",
	.about =
		"Shows which sockets have a port, and who has these: listeners, bound sockets, connections with it\n"
		"as their local port, TIME_WAIT, UDP, each with its processes. PORT is a number or a service's name.\n"
		"Exit status 1 where there are none.\n"
		"With --watch: until a signal, who asks for the port and is refused; exit status 0.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

static int understand(struct who *who, int argc, char **argv, int first)
{
	const char *word = first < argc ? argv[first] : NULL;
	char text[128];

	if (!word || first + 1 < argc)
		return say_usage("who", "expected one :PORT, ADDRESS:PORT, PID or COOKIE");
	word = number_for_service(word, text, sizeof(text));
	if (who->netns_text && number_of_netns(who->netns_text, &who->question.netns))
		return say_usage("who", "--netns %s: there is no such network namespace",
				 who->netns_text);
	if (who->watch && !strchr(word, ':'))
		return say_usage("who", "--watch needs :PORT or ADDRESS:PORT, not %s", word);
	if (who->duration_ns && !who->watch)
		return say_usage("who", "--duration needs --watch");
	if (!strchr(word, ':')) {
		if (number_parse_any_base(word, UINT64_MAX, &who->question.number) ||
		    !who->question.number)
			return say_usage(
				"who",
				"%s: expected a process id, a cookie, :PORT or ADDRESS:PORT; a program's sockets: netstate list 'comm NAME'",
				word);
		return STATUS_OK;
	}
	if (who_parse_end(word, &who->question.end, &who->question.whole, who->device))
		return say_usage(
			"who",
			"%s: expected :PORT, ADDRESS:PORT or [ADDRESS]:PORT, a port from 1 to 65535 or a service's name; a link-local address can have a device, as in [fe80::1%%eth0]:22",
			word);
	if (who->watch && who->device[0])
		return say_usage(
			"who", "--watch: a failed bind does not report its device; leave %%%s out",
			who->device);
	return STATUS_OK;
}

/* Their names; those of another device than the one that was asked for go. */
static void name_devices(struct who *who, struct who_answer *answer)
{
	size_t kept = 0;

	for (size_t i = 0; i < answer->count; i++) {
		struct who_socket *socket = &answer->list[i];
		const char *name = socket->device_index
					   ? lookups_device(who->lookups, socket->flow.netns,
							    socket->device_index)
					   : NULL;

		if (name)
			snprintf(socket->device, sizeof(socket->device), "%s", name);
		else if (socket->device_index)
			snprintf(socket->device, sizeof(socket->device), "%u",
				 socket->device_index);
		if (!who->device[0] || !socket->device_index ||
		    !strcmp(who->device, socket->device))
			answer->list[kept++] = *socket;
	}
	answer->count = kept;
}

static const char *netns_name(void *context, uint32_t netns)
{
	const struct who *who = context;

	return lookups_netns(who->lookups, netns);
}

static void print(struct who *who, const struct who_answer *answer, const char *word)
{
	const struct who_view view = {
		.now_ns = clock_monotonic_ns(),
		.boot_now_ns = clock_boottime_ns(),
		.netns_name = netns_name,
		.context = who,
	};
	struct buf *out = &who->output.buf;

	if (!who->json) {
		buf_printf(out, "%s: ", word);
		who_summary(answer->list, answer->count, out);
		if (!answer->count && who->question.number && who->question.number <= UINT16_MAX)
			buf_printf(out, " (a process or a cookie; the port is :%s)", word);
		buf_putc(out, '\n');
	}
	for (size_t i = 0; i < answer->count; i++) {
		if (who->json)
			who_socket_json(&view, &answer->list[i], out);
		else
			who_socket_text(&view, &answer->list[i], out);
		output_flush_if_full(&who->output);
	}
	output_flush(&who->output);
}

/* What this process may not see. */
static void say_missing(const struct who_answer *answer, bool root)
{
	if (!root)
		say("who: not root: only this network namespace's sockets, and processes of other users are missing");
	else if (answer->denied)
		say("who: some processes could not be looked into; their names may be missing");
	if (answer->left_out_rows)
		say("who: %" PRIu64 " connections were not looked at: there is room for %zu%s",
		    answer->left_out_rows, answer->row_limit, table_rows_why());
	if (answer->bound_unknown)
		say("who: bound sockets and UDP could not be read");
}

/* More time goes on who is in the way than in a trace of the whole machine. */
#define BLOCKER_SHARE 2

static int open_watch(struct who *who)
{
	who->helper.blocker_share = BLOCKER_SHARE;
	who->watching = (struct who_watch){
		.question = &who->question,
		.helper = &who->helper,
		.lookups = who->lookups,
		.output = &who->output,
		.duration_ns = who->duration_ns,
		.json = who->json,
	};
	return who_watch_open(&who->watching);
}

/* What others made is printed without privileges. */
static void drop_privileges(struct who *who)
{
	if (who->watch)
		trace_helper_start(&who->helper);
	else
		who->helper.helper = lookups_drop_privileges(who->lookups);
}

static int print_dropped(struct who *who, const struct who_answer *answer, const char *word)
{
	bool root = !geteuid();
	int status;

	drop_privileges(who);
	print(who, answer, word);
	say_missing(answer, root);
	if (root)
		left_out_say("who", &answer->left_out, "role", who->json ? &who->output : NULL);
	status = output_end(&who->output);
	if (!status && who->watch)
		return who_watch_run(&who->watching);
	return !status && !answer->count ? STATUS_FAILURE : status;
}

static int run(struct who *who, const char *word)
{
	struct who_answer answer = {};
	int err, status = who->watch ? open_watch(who) : STATUS_OK;

	if (status)
		return status;
	err = who_ask(&who->helper.ports, &who->question, &answer);
	name_devices(who, &answer);
	status = err ? say("who: cannot read the kernel's sockets: %s", strerror(-err))
		     : print_dropped(who, &answer, word);
	who_answer_release(&answer);
	return status;
}

/* Opens what asks, and closes it. */
static int run_with_source(struct who *who, const char *word)
{
	struct trace_helper *helper = &who->helper;
	int status = lookups_new(&who->lookups) ? say("who: out of memory") : STATUS_OK;

	helper->lookups = who->lookups;
	helper->ports = (struct table_source){.use = who->use, .want_details = true};
	if (!status)
		status = table_source_open(&helper->ports, "who");
	helper->ports_open = !status;
	if (!status)
		status = run(who, word);
	if (who->watch && helper->tracer)
		who_watch_release(&who->watching);
	trace_helper_stop(helper);
	lookups_free(who->lookups);
	return status;
}

int command_who(int argc, char **argv)
{
	struct who who = {.output.fd = STDOUT_FILENO};
	int first, status = options_parse(&table, argc, argv, &who, &first);

	if (status != OPTIONS_GO_ON)
		return status;
	status = understand(&who, argc, argv, first);
	if (!status)
		status = run_with_source(&who, argv[first]);
	output_release(&who.output);
	return status;
}
