/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --all-netns: netstat's socket tables of every network namespace. */
#include "netstat/modes/netns.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/debug.h"
#include "base/say.h"
#include "base/seccomp.h"
#include "kernel/bpf_why.h"
#include "kernel/walk.h"
#include "namespaces/left_out.h"
#include "namespaces/netns_list.h"
#include "netstat/layout/netns_column.h"

struct spaces {
	struct netns_list list;
	size_t width;		   /* of the column */
	struct namespaces refused; /* those that we may not enter; inodes alone */
	struct namespaces gone;	   /* nothing led there any more; inodes alone */
	struct netns_left_out left;
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
		    struct netns_column column, const struct netns_handle *handle)
{
	const char *net = run->net;
	struct buf out = run->out;
	int status;

	run->out = (struct buf){0};
	run->net = handle->net;
	run->netns = handle->net;
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

/* For an earlier table. */
static bool could_not_open(const struct spaces *spaces, uint32_t inode)
{
	return namespaces_have(&spaces->gone, inode) || namespaces_have(&spaces->refused, inode);
}

static int list_table(struct netstat_run *run, struct spaces *spaces,
		      const struct socket_table *table)
{
	bool first = true;
	int status = 0;

	for (size_t i = 0; i < spaces->list.count && !status && !run->write_errno; i++) {
		struct netns_column column = column_of(run, spaces, i);
		struct netns_handle handle;
		int err;

		if (could_not_open(spaces, (uint32_t)column.inode))
			continue;
		err = netns_open(run->proc, &spaces->list.items[i], &handle);
		if (err) {
			debug_say("network namespace %" PRIu64 ": %s", column.inode,
				  strerror(-err));
			namespaces_add(namespace_is_gone(err) ? &spaces->gone : &spaces->refused,
				       &(struct namespace){.inode = (uint32_t)column.inode});
			continue;
		}
		column.titles = table->titles;
		column.first = first;
		first = false;
		status = list_one(run, table, column, &handle);
		netns_close(&handle);
	}
	return status;
}

/* ---------------------------------------------------------------- what no process is in */

static void on_inode(void *context, uint32_t inode)
{
	namespaces_add(context, &(struct namespace){.inode = inode});
}

static void count_held(void *context, const struct listed_connection *listed, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*(bool *)context |= listed[i].detail.inode != 0;
}

/* Of one that is about to go orphans alone may be left. */
static bool has_sockets(struct walk *walk, uint32_t netns)
{
	const struct walk_filter filter = {.netns = netns};
	bool any = false;
	const struct socket_rows_handler handler = {
		.rows = count_held, .context = &any, .details = true};

	return !walk_read(walk, &filter, &handler) && any;
}

/* The kernel's own list says whether there is more to look for, among all descriptors. */
static void find_by_kernel(struct walk *walk, struct spaces *spaces, struct namespaces *found)
{
	struct namespaces kernel = {};
	struct walk_report report;
	bool all = true;

	if (walk_read_namespaces(walk, on_inode, &kernel))
		return;
	walk_last(walk, &report);
	spaces->left.beyond = report.unlisted;
	for (size_t i = 0; i < kernel.count; i++)
		all &= netns_list_has(&spaces->list, kernel.list[i].inode);
	if (!all)
		walk_find_ways(walk, found);
	for (size_t i = 0; !all && i < kernel.count; i++) {
		uint32_t inode = kernel.list[i].inode;

		spaces->left.unreached += !netns_list_has(&spaces->list, inode) &&
					  !namespaces_have(found, inode) &&
					  has_sockets(walk, inode);
	}
	namespaces_release(&kernel);
}

/* Those that threads, other mounts and descriptors hold. */
static int find_hidden(struct spaces *spaces)
{
	struct namespaces found = {};
	struct walk *walk = NULL;
	int err = seccomp_filtered() ? -EPERM : walk_new(&walk);

	namespaces_add_mounts(&found);
	namespaces_add_tasks(&found);
	if (!err)
		find_by_kernel(walk, spaces, &found);
	else
		namespaces_add_descriptors(&found);
	if (err && !geteuid())
		say("network namespaces that only a socket holds are not looked for: %s",
		    seccomp_filtered() ? "a seccomp filter is in force" : bpf_why(err));
	walk_free(walk);
	err = netns_list_add(&spaces->list, &found);
	spaces->left.beyond += found.beyond_count;
	namespaces_release(&found);
	return err;
}

/* A namespace that only a process unseen by us is in may be missing: said, but no failure. */
static int report_refused(struct netstat_run *run, struct spaces *spaces)
{
	const char *advice = geteuid() ? "; run as root to see them all" : "";
	struct netns_left_out *left = &spaces->left;
	struct buf text = {0};

	left->unread = spaces->refused.count;
	left->limit = NAMESPACES_MAX;
	left->own_only = geteuid() != 0;
	if (run->options->json && !left->own_only && netns_left_out_any(left)) {
		netns_left_out_json(left, "kind", &run->out);
		netstat_flush(run);
	}
	netns_left_out_text(left, &text);
	if (text.len)
		say("%.*s%s", (int)text.len, text.data, advice);
	else if (spaces->list.unreadable)
		say("cannot see the network namespaces of %zu process%s%s", spaces->list.unreadable,
		    spaces->list.unreadable == 1 ? "" : "es", advice);
	buf_release(&text);
	return netns_left_out_any(left);
}

static int list_spaces(struct netstat_run *run, struct spaces *spaces,
		       const struct socket_table *tables, size_t count)
{
	bool to_terminal = run->to_terminal;
	int status = 0;

	run->to_terminal = true; /* one line stays one line */
	measure(run, spaces);
	for (size_t i = 0; i < count && !status; i++)
		status = list_table(run, spaces, &tables[i]);
	run->to_terminal = to_terminal;
	return status ? status : report_refused(run, spaces);
}

int netstat_all_netns(struct netstat_run *run, const struct socket_table *tables, size_t count)
{
	struct spaces spaces = {0};
	int status = netns_list_read(run->proc, &spaces.list);

	if (!status)
		status = find_hidden(&spaces);
	if (status)
		status = say("cannot list the network namespaces in %s: %s", run->proc,
			     strerror(-status));
	else
		status = list_spaces(run, &spaces, tables, count);
	namespaces_release(&spaces.gone);
	namespaces_release(&spaces.refused);
	netns_list_release(&spaces.list);
	return status;
}
