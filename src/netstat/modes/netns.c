/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --all-netns: netstat's socket tables of every network namespace. */
#include "netstat/modes/netns.h"

#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/say.h"
#include "netstat/layout/netns_column.h"
#include "namespaces/netns_list.h"

struct spaces {
	struct netns_list list;
	size_t width;	/* of the column */
	size_t refused; /* namespaces that we may not enter */
};

static struct netns_column column_of(const struct netstat_run *run, const struct spaces *spaces,
				     size_t at)
{
	return (struct netns_column){
		.json = run->options->json,
		.inode = spaces->list.items[at].inode,
		.name = spaces->list.items[at].name,
		.width = spaces->width,
	};
}

static void measure(const struct netstat_run *run, struct spaces *spaces)
{
	char label[NETNS_LABEL_MAX + 1];

	spaces->width = sizeof(NETNS_TITLE) - 1;
	for (size_t i = 0; i < spaces->list.count; i++) {
		struct netns_column column = column_of(run, spaces, i);
		size_t length = netns_label(&column, label);

		if (length > spaces->width)
			spaces->width = length;
	}
}

/* One table of one namespace: its lines come into a buffer of their own, then behind the column
 * into run->out. */
static int list_one(struct netstat_run *run, const struct socket_table *table,
		    struct netns_column column, const struct netns_look *look)
{
	const char *net = run->net;
	struct buf out = run->out;
	int status;

	run->out = (struct buf){0};
	run->net = look->net;
	run->netns = look->net;
	status = table->list(run);
	run->net = net;
	run->netns = NULL;
	netns_column_put(&out, &column, &run->out);
	out.failed = out.failed || run->out.failed;
	buf_release(&run->out);
	run->out = out;
	netstat_flush(run);
	return status;
}

static int list_table(struct netstat_run *run, struct spaces *spaces,
		      const struct socket_table *table)
{
	bool first = true;
	int status = 0;

	spaces->refused = 0;
	for (size_t i = 0; i < spaces->list.count && !status && !run->write_errno; i++) {
		struct netns_column column = column_of(run, spaces, i);
		struct netns_look look;
		int err = netns_open(run->proc, &spaces->list.items[i], &look);

		if (err) {
			spaces->refused +=
				err != -ENOENT && err != -ESRCH; /* those have ended by now */
			continue;
		}
		column.titles = table->titles;
		column.first = first;
		first = false;
		status = list_one(run, table, column, &look);
		netns_close(&look);
	}
	return status;
}

/* A namespace that only a process unseen by us is in may be missing: said, but no failure. */
static int tell_refused(const struct spaces *spaces)
{
	const char *advice = geteuid() ? "; run as root to see them all" : "";

	if (spaces->refused)
		return say("cannot look into %zu of %zu network namespaces%s", spaces->refused,
			   spaces->list.count, advice);
	if (spaces->list.unreadable)
		say("cannot see the network namespaces of %zu processes%s", spaces->list.unreadable,
		    advice);
	return 0;
}

int netstat_all_netns(struct netstat_run *run, const struct socket_table *tables, size_t count)
{
	bool to_terminal = run->to_terminal;
	struct spaces spaces = {0};
	int status = netns_list_read(run->proc, &spaces.list);

	if (status)
		return say("cannot list the network namespaces in %s: %s", run->proc,
			   strerror(-status));
	run->to_terminal = true; /* one line stays one line */
	measure(run, &spaces);
	for (size_t i = 0; i < count && !status; i++)
		status = list_table(run, &spaces, &tables[i]);
	run->to_terminal = to_terminal;
	if (!status)
		status = tell_refused(&spaces);
	netns_list_release(&spaces.list);
	return status;
}
