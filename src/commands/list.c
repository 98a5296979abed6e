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
#include "table/rows.h"
#include "table/sockets.h"
#include "table/source.h"
#include "table/verify.h"

struct list {
	struct selection selection;
	struct row_print print;
	uint32_t max_rows;
	bool verify;
	bool tcp, udp, raw, unix_sockets, bound, listening;
	enum table_use use;
};

#define FIELD(name) offsetof(struct list, name)

static const struct option_row rows[] = {
	ROW_PRINT_OPTIONS(list, print),
	SELECTION_OPTIONS(list, selection),
	TABLE_USE_OPTION(list, use),
	{"tcp", 't', NULL, "TCP connections: the default; needed only beside other protocols",
	 option_store_true, FIELD(tcp), NULL},
	{"udp", 'u', NULL, "UDP sockets", option_store_true, FIELD(udp), NULL},
	{"raw", 'w', NULL, "raw sockets", option_store_true, FIELD(raw), NULL},
	{"unix", 'x', NULL, "UNIX domain sockets, with the processes at both ends",
	 option_store_true, FIELD(unix_sockets), NULL},
	{"bound", 'B', NULL, "TCP sockets that are bound to a port and neither listen nor connect",
	 option_store_true, FIELD(bound), NULL},
	{"listening", 'l', NULL,
	 "only listening sockets; UDP, raw, UNIX datagrams: those that are not connected",
	 option_store_true, FIELD(listening), NULL},
	{"max-rows", 0, "N", "most rows (2000000)", option_store_u32, FIELD(max_rows),
	 "a number from 1"},
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
		"Prints every TCP connection of every network namespace once, half-open and\n"
		"TIME_WAIT ones as well; with -u -w -x UDP, raw and UNIX sockets (-t: TCP beside them),\n"
		"with -B TCP sockets that have a port and no more.\n"
		"FILTER is ss(8)'s language with pid, comm, uid, netns, cgroup and age.\n"
		"ss's options work, written together too (-tulpn): -n -a -p are list's default, -e -i -o\n"
		"add columns; for an option that list lacks, a message names the command that has it.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* Without a letter TCP alone is printed. OPTIONS_GO_ON, or the status after an error was said. */
static int store_protocols(struct list *list)
{
	unsigned int protocols = (list->udp ? SOCKETS_BIT(FLOW_PROTOCOL_UDP) : 0) |
				 (list->raw ? SOCKETS_BIT(FLOW_PROTOCOL_RAW) : 0) |
				 (list->unix_sockets ? SOCKETS_BIT(FLOW_PROTOCOL_UNIX) : 0) |
				 (list->bound ? SOCKETS_BOUND : 0);

	if (protocols && list->verify)
		return say_usage("list",
				 "--verify compares TCP connections: not with -u, -w, -x, -B");
	if (protocols && list->tcp && !list->bound) /* as with ss, -tB is the bound ones alone */
		protocols |= SOCKETS_BIT(FLOW_PROTOCOL_TCP);
	list->print.protocols = protocols;
	list->print.listening = list->listening;
	return OPTIONS_GO_ON;
}

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
	if (list->print.sockets)
		socket_list_say(list->print.sockets, "list");
	else
		say_full(connections);
	helper_stop(helper);
	return status ? status : verified;
}

static int read_sockets(struct list *list, struct table_source *source, struct socket_list *sockets)
{
	if (!list->print.protocols)
		return 0;
	sockets->max = table_rows(list->max_rows, ROWS_BESIDE_LISTS);
	list->print.sockets = sockets;
	return socket_list_read(source, list->print.protocols, sockets);
}

static int read_and_print(struct list *list)
{
	struct table_source source = {.use = list->use, .want_details = true};
	struct conn_table *connections = NULL;
	struct socket_list sockets = {};
	struct conn_pass pass;
	int err, status;

	status = table_source_open(&source, "list");
	if (status)
		return status;
	if (pidns_note())
		say("%s", pidns_note());
	err = conn_table_new(table_rows(list->max_rows, ROWS_BESIDE_LISTS), &connections);
	if (!err)
		err = table_source_pass(&source, connections, TABLE_PASS_HOLDERS, &pass);
	if (!err)
		err = read_sockets(list, &source, &sockets);
	if (err)
		status = say("list: cannot read the kernel's socket lists: %s%s", strerror(-err),
			     err == -EPERM ? "; it needs root" : "");
	else
		status = print(list, connections, &source);
	socket_list_release(&sockets);
	conn_table_free(connections);
	table_source_close(&source);
	return status;
}

int command_list(int argc, char **argv)
{
	static struct list list; /* too large for a small stack */
	struct ss_habits words;
	int first, status = ss_habits(argc, argv, &words);

	if (status != SS_HABITS_GO_ON)
		return status;
	status = options_parse(&table, words.argc, words.argv, &list, &first);
	if (status != OPTIONS_GO_ON)
		return status;
	status = store_protocols(&list);
	list.print.more_columns = words.columns;
	if (status == OPTIONS_GO_ON)
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
