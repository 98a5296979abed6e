/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate list: the kernel's lists -> table -> rows, once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/say.h"
#include "base/clock.h"
#include "commands/btf_option.h"
#include "commands/commands.h"
#include "commands/left_out.h"
#include "commands/row_print.h"
#include "commands/ss_habits.h"
#include "kernel/pidns.h"
#include "table/source.h"
#include "table/verify.h"

struct list {
	struct selection selection;
	struct row_print print;
	uint32_t max_rows;
	bool verify;
	enum table_use use;
};

#define FIELD(name) offsetof(struct list, name)

static const struct option_row rows[] = {
	ROW_PRINT_OPTIONS(list, print),
	SELECTION_OPTIONS(list, selection),
	TABLE_USE_OPTION(list, use),
	{"max-rows", 0, "N", "most connections that the table holds (2000000)", option_store_u32,
	 FIELD(max_rows), "a number from 1"},
	{"verify", 0, NULL,
	 "cross-check the list against an independent kernel source; exit status 1 if they "
	 "differ",
	 option_store_true, FIELD(verify), NULL},
	BTF_OPTION,
};

static const struct option_table table = {
	.command = "list",
	.usage = "netstate list [OPTIONS] [FILTER]",
	.about =
		"Prints every TCP connection of every network namespace once, half-open and "
		"TIME_WAIT ones as well.\n"
		"FILTER is ss(8)'s language with pid, comm, uid, netns, cgroup and age.\n"
		"ss's short options are understood: -l listening sockets, -H no header, -t -n -a -p what is shown\n"
		"anyway; -u -w -x (UDP, raw, UNIX) as netstat prints them; others name what list has instead.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

static int print(struct list *list, struct conn_table *connections, struct table_source *source)
{
	struct netns_left_out left = table_source_left_out(source, list->selection.kernel.netns);
	struct helper *helper;
	int status, verified;

	clock_utc_offset(0); /* reads the time zone's file while that can be opened */
	verified = list->verify ? verify_list(source, connections) : STATUS_OK;
	helper = lookups_drop_privileges(list->selection.lookups);
	status = row_print_all(&list->print, &list->selection, connections, source);
	left_out_say("list", &left, "kind", list->print.json ? &list->print.output : NULL);
	say_full(connections);
	helper_stop(helper);
	return status ? status : verified;
}

static int read_and_print(struct list *list)
{
	struct table_source source = {.use = list->use, .want_details = true};
	struct conn_table *connections = NULL;
	struct conn_pass pass;
	int err, status;

	status = table_source_open(&source, "list");
	if (status)
		return status;
	if (pidns_note())
		say("%s", pidns_note());
	err = conn_table_new(list->max_rows, &connections);
	if (!err)
		err = table_source_pass(&source, connections, TABLE_PASS_HOLDERS, &pass);
	if (err)
		status = say("list: cannot read the kernel's socket lists: %s%s", strerror(-err),
			     err == -EPERM ? "; it needs root" : "");
	else
		status = print(list, connections, &source);
	conn_table_free(connections);
	table_source_close(&source);
	return status;
}

int command_list(int argc, char **argv)
{
	struct list list = {};
	struct ss_habits words;
	int first, status = ss_habits(argc, argv, &words);

	if (status != SS_HABITS_GO_ON)
		return status;
	status = options_parse(&table, words.argc, words.argv, &list, &first);
	if (status != OPTIONS_GO_ON)
		return status;
	status = row_print_init(&list.print, "list");
	if (status == OPTIONS_GO_ON) {
		status = selection_init(&list.selection, "list", words.argc, words.argv, first);
		if (!status)
			status = read_and_print(&list);
		selection_release(&list.selection);
	}
	row_print_release(&list.print);
	return status;
}
