/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate explain: why connections are as they are. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory_left.h"
#include "base/number.h"
#include "base/say.h"
#include "commands/btf_option.h"
#include "commands/commands.h"
#include "commands/explain.h"
#include "commands/explain_helper.h"
#include "commands/hooks_option.h"
#include "commands/record_file.h"
#include "kernel/bpf_why.h"
#include "names/numbers.h"
#include "table/who.h"

#define FIELD(name) offsetof(struct explain, name)

static const struct option_row rows[] = {
	{"json", 'j', NULL, "one JSON object a finding; keys in docs/json.md", option_store_true,
	 FIELD(json), NULL},
	{"severity", 0, "LEVEL", "lowest severity to print: note (default), warn or critical",
	 option_store_text, FIELD(severity_text), NULL},
	{"watch", 'w', "TIME",
	 "watch the machine for this long first, for growth, ended connections, accepts, rising counters",
	 option_store_duration, FIELD(watch_ns), "a time such as 10s"},
	{"record", 0, "FILE", "write the evidence to FILE", option_store_text, FIELD(record_path),
	 NULL},
	{"redact", 0, NULL, "replace addresses and names in the file of --record, consistently",
	 option_store_true, FIELD(redact), NULL},
	{"force", 0, NULL, "let --record write into a file of another user, or one with hard links",
	 option_store_true, FIELD(force), NULL},
	{"replay", 0, "FILE", "judge the evidence in FILE instead of this machine; needs no root",
	 option_store_text, FIELD(replay_path), NULL},
	SELECTION_OPTIONS(explain, selection),
	BTF_OPTION,
	HOOKS_OPTION,
};

static const struct option_table table = {
	.command = "explain",
	.usage = "netstate explain [OPTIONS] [FILTER | PID | :PORT | ADDRESS:PORT | COOKIE]",
	.about =
		"Reports what is wrong with the TCP connections of this machine, worst first: what, "
		"who, since\nwhen, how many, the evidence, and a command to go on with. With an "
		"operand each of those connections\nis explained, healthy ones too.\n"
		"Exit status: 0 nothing found (notes at most), 3 findings, 1 failure, 2 usage.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* ---------------------------------------------------------------- what is asked */

static int init_severity(struct explain *explain)
{
	const char *text = explain->severity_text;

	for (unsigned int i = 0; text && i < FINDING_SEVERITIES; i++) {
		if (!strcmp(text, finding_severity_name(i))) {
			explain->severity = i;
			return STATUS_OK;
		}
	}
	return text ? say_usage("explain", "--severity %s: expected note, warn or critical", text)
		    : STATUS_OK;
}

/* ":80", "10.0.0.1:https", "4711" (a process or a cookie), "0x1f" (a cookie as ss -e writes it).
 * False: a FILTER. */
static bool parse_operand(struct explain *explain, const char *word)
{
	char device[WHO_DEVICE_MAX], room[128];
	const char *text = number_for_service(word, room, sizeof(room));
	uint64_t number;

	if (!who_parse_end(text, &explain->end, &explain->whole, device))
		return !device[0];
	if (!number_parse(text, UINT64_MAX, &number) && number) {
		explain->cookie = number;
		explain->pid = number <= INT32_MAX ? (uint32_t)number : 0;
		return true;
	}
	if (!strncmp(text, "0x", 2))
		return !number_parse_hex(text + 2, &explain->cookie) && explain->cookie;
	return false;
}

static int understand(struct explain *explain, int argc, char **argv, int first)
{
	int status = init_severity(explain);
	bool operand;

	if (!status && explain->replay_path && explain->record_path)
		status = say_usage("explain", "--replay and --record cannot be combined");
	if (!status && explain->redact && !explain->record_path)
		status = record_file_missing("explain");
	operand = !status && argc - first == 1 && parse_operand(explain, argv[first]);

	if (!status)
		status = selection_init(&explain->selection, "explain", operand ? first : argc,
					argv, first);
	explain->operand = operand ? argv[first] : NULL;
	explain->chosen = operand || explain->selection.has_filter;
	return status;
}

/* ---------------------------------------------------------------- one snapshot */

static int judge_now(struct explain *explain)
{
	int err = explain_gather(explain);

	if (err)
		return say("explain: cannot read the kernel's socket lists: %s%s", strerror(-err),
			   err == -EPERM || err == -EACCES ? "; it needs root" : "");
	if (explain->store.left_out)
		say("explain: %zu sockets are not looked at: there are more than %u%s%s",
		    (size_t)explain->store.left_out, explain->store.socket_max,
		    explain->store.socket_max < STORE_SOCKETS_MAX ? ", and " : "",
		    explain->store.socket_max < STORE_SOCKETS_MAX ? memory_left_text() : "");
	evidence_store_lend(&explain->store, &explain->evidence);
	return STATUS_OK;
}

/* The first snapshot is kept, and the second one is judged with what happened between them. */
static int watch(struct explain *explain)
{
	struct evidence_store before;
	int status = judge_now(explain);

	before = explain->store;
	explain->store = (struct evidence_store){};
	if (!status)
		status = explain_watch(explain, &before);
	if (!status)
		status = judge_now(explain);
	if (!status) {
		explain_compare(explain, &before);
		evidence_store_lend(&explain->store, &explain->evidence);
	}
	evidence_store_release(&before);
	return status;
}

/* Evidence is what others made of it: it is kept, judged and printed without privileges. */
static int print_dropped(struct explain *explain)
{
	int status;

	if (!explain->helper)
		explain_helper_start(explain);
	status = explain->record_path ? explain_record(explain) : STATUS_OK;
	return status ? status : explain_print(explain);
}

static int run(struct explain *explain)
{
	enum gather_way way;
	int err, status;

	if (explain->replay_path) {
		status = explain_replay(explain);
		return status ? status : explain_print(explain);
	}
	way = explain->watch_ns || explain->chosen ? GATHER_COOKIES : GATHER_FAST;
	err = gatherer_open(&explain->gatherer, way);
	if (err)
		say("explain: no BPF iterators (%s): sock_diag has less detail, so findings are "
		    "fewer and weaker%s",
		    bpf_why(err),
		    geteuid() ? "; without root only this network namespace and your processes"
			      : "");
	status = explain->watch_ns ? watch(explain) : judge_now(explain);
	return status ? status : print_dropped(explain);
}

int command_explain(int argc, char **argv)
{
	struct explain explain = {.output.fd = STDOUT_FILENO};
	int first, status = options_parse(&table, argc, argv, &explain, &first);

	if (status != OPTIONS_GO_ON)
		return status;
	status = understand(&explain, argc, argv, first);
	if (!status)
		status = run(&explain);
	explain_helper_stop(&explain);
	gatherer_close(&explain.gatherer);
	evidence_store_release(&explain.store);
	selection_release(&explain.selection);
	output_release(&explain.output);
	return status;
}
