/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's lists -> the connection table. */
#include "table/source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/debug.h"
#include "base/say.h"
#include "table/fallback.h"
#include "base/clock.h"
#include "netlink/tcp_diag.h"

int table_source_open(struct table_source *source, const char *command)
{
	int err = source->use == TABLE_USE_SOCK_DIAG ? -ENOTSUP : socket_lists_new(&source->lists);

	debug_say("sockets are read by %s", err ? "sock_diag" : "BPF iterators");
	if (!err)
		return STATUS_OK;
	if (source->use == TABLE_USE_ITERATORS)
		return say("%s: cannot read the kernel's socket lists by BPF iterators: %s%s",
			   command, strerror(-err), debug_hint());
	if (source->use == TABLE_USE_AUTO)
		say("%s: no BPF iterators (%s); the sockets come from sock_diag and their owners from "
		    "/proc: no retries, cgroups, and only the first process that shares a socket",
		    command, strerror(-err));
	err = tcp_diag_try();
	if (err)
		return say("%s: cannot read the kernel's socket lists by sock_diag: %s%s", command,
			   strerror(-err),
			   err == -ENOENT ? "; load its module with `modprobe tcp_diag`" : "");
	source->want_details = true; /* for inodes: the way to owners */
	return STATUS_OK;
}

int option_store_table_use(const char *argument, void *field)
{
	static const char *const words[] = {"auto", "iterators", "sock_diag"};

	for (int i = 0; i < 3; i++) {
		if (!strcmp(argument, words[i])) {
			*(enum table_use *)field = (enum table_use)i;
			return 0;
		}
	}
	return -EINVAL;
}

void table_source_close(struct table_source *source)
{
	socket_lists_free(source->lists);
	namespaces_release(&source->hidden);
	free(source->details);
	free(source->known);
}

/* ---------------------------------------------------------------- one pass */

#define HELD_BATCH 32 /* descriptors whose rows are fetched from memory together */

struct pass {
	struct table_source *source;
	struct conn_table *table;
	enum table_pass what;
	bool details;
	struct held_socket held[HELD_BATCH];
	size_t held_count;
};

static void keep_detail(struct table_source *source, size_t number,
			const struct listed_connection *listed)
{
	size_t room = source->detail_room ? source->detail_room * 2 : 4096;
	struct kept_detail *details;

	if (number >= source->detail_room) {
		while (room <= number)
			room *= 2;
		details = realloc(source->details, room * sizeof(*details));
		if (!details)
			return;
		memset(details + source->detail_room, 0,
		       (room - source->detail_room) * sizeof(*details));
		source->details = details;
		source->detail_room = room;
	}
	source->details[number] =
		(struct kept_detail){flow_identity(&listed->flow), listed->detail};
}

static void take_rows(void *context, const struct listed_connection *listed, size_t count)
{
	struct pass *pass = context;
	size_t numbers[SOCKET_ROWS_BATCH];

	conn_table_pass_rows(pass->table, listed, count, numbers);
	for (size_t i = 0; i < count && pass->details; i++) {
		if (numbers[i])
			keep_detail(pass->source, numbers[i], &listed[i]);
	}
}

static void take_unread(void *context, uint32_t netns)
{
	const struct pass *pass = context;

	conn_table_pass_keep(pass->table, netns);
}

static void between_reads(void *context)
{
	const struct table_source *source = context;

	if (source->between)
		source->between(source->between_context);
}

static void before_rows(void *context)
{
	const struct pass *pass = context;

	between_reads(pass->source);
}

static void apply_held(struct pass *pass)
{
	conn_table_owners_add_all(pass->table, pass->held, pass->held_count);
	pass->held_count = 0;
}

static void take_holder(void *context, uint64_t cookie, uint64_t sock, uint32_t netns,
			const struct connection_owner *owner)
{
	struct pass *pass = context;

	pass->held[pass->held_count] = (struct held_socket){
		.cookie = cookie, .sock = sock, .netns = netns, .owner = *owner};
	if (++pass->held_count == HELD_BATCH)
		apply_held(pass);
}

static int read_holders(struct pass *pass, struct namespaces *spaces)
{
	int err;

	conn_table_owners_begin(pass->table);
	err = socket_lists_read_holders(pass->source->lists, spaces, take_holder, pass);
	apply_held(pass);
	return err;
}

/* Owners, and the sockets of hidden namespaces, whose owners a second scan tells then. */
static int pass_over_holders(struct pass *pass, struct namespaces *spaces,
			     const struct socket_rows_handler *take)
{
	struct namespaces *hidden = &pass->source->hidden;
	size_t known = hidden->count;
	int err = read_holders(pass, spaces);

	if (err)
		return err;
	namespaces_keep_hidden(hidden, spaces);
	if (hidden->count != known) {
		socket_lists_read(pass->source->lists, hidden, take);
		err = read_holders(pass, spaces);
	}
	conn_table_owners_end(pass->table);
	return err;
}

static bool has_inode(const struct namespaces *spaces, uint32_t inode)
{
	size_t low = 0, high = spaces->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (spaces->list[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < spaces->count && spaces->list[low].inode == inode;
}

static void remember_namespaces(struct table_source *source, const struct namespaces *spaces)
{
	uint32_t *known = malloc((spaces->count + 1) * sizeof(*known));

	for (size_t i = 0; i < source->known_count; i++)
		source->namespace_left |= !has_inode(spaces, source->known[i]);
	if (!known)
		return;
	for (size_t i = 0; i < spaces->count; i++)
		known[i] = spaces->list[i].inode;
	free(source->known);
	source->known = known;
	source->known_count = spaces->count;
}

int table_source_namespaces(struct table_source *source, struct namespaces *ret_spaces)
{
	int err = 0;

	if (source->lists)
		err = socket_lists_read_namespaces(source->lists, ret_spaces);
	else
		fallback_namespaces(ret_spaces);
	for (size_t i = 0; i < source->hidden.count; i++)
		namespaces_add(ret_spaces, &source->hidden.list[i]);
	if (!err)
		remember_namespaces(source, ret_spaces);
	return err;
}

static int pass_by_lists(struct pass *pass)
{
	struct socket_rows_handler take = {
		.rows = take_rows,
		.unread = take_unread,
		.before = before_rows,
		.context = pass,
		.only_waiting = pass->what == TABLE_PASS_WAITING,
		.details = pass->details,
	};
	struct namespaces spaces = {};
	int err = table_source_namespaces(pass->source, &spaces);

	if (!pass->source->lists) {
		err = tcp_diag_read(&spaces, &take);
		namespaces_release(&spaces);
		return err || pass->what != TABLE_PASS_HOLDERS
			       ? err
			       : fallback_owners(pass->source, pass->table);
	}
	if (!err)
		err = socket_lists_read(pass->source->lists, &spaces, &take);
	if (!err && pass->what == TABLE_PASS_HOLDERS)
		err = pass_over_holders(pass, &spaces, &take);
	namespaces_release(&spaces);
	return err;
}

int table_source_pass(struct table_source *source, struct conn_table *table, enum table_pass what,
		      struct conn_pass *ret_pass)
{
	struct pass pass = {.source = source, .table = table, .what = what};
	int err;

	pass.details = source->want_details && what != TABLE_PASS_WAITING;
	if (source->lists)
		socket_lists_set_between(source->lists, between_reads, source);
	if (what == TABLE_PASS_WAITING)
		conn_table_pass_begin_waiting(table, clock_monotonic_ns());
	else
		conn_table_pass_begin(table, clock_monotonic_ns());
	err = pass_by_lists(&pass);
	if (!err)
		*ret_pass = conn_table_pass_end(table);
	if (!err && what == TABLE_PASS_HOLDERS)
		source->namespace_left = false;
	return err;
}

const struct connection_detail *table_source_detail(const struct table_source *source,
						    const struct connection *row, size_t number)
{
	const struct kept_detail *kept =
		number < source->detail_room ? &source->details[number] : NULL;

	return kept && kept->identity == flow_identity(&row->flow) ? &kept->detail : NULL;
}

void say_full(const struct conn_table *table)
{
	const struct conn_counters *counters = conn_table_counters(table);

	if (counters->left_out)
		say("%" PRIu64
		    " connections are not in the table: it is full at %zu rows (--max-rows)",
		    counters->left_out, conn_table_limit(table));
	if (counters->refused)
		say("%" PRIu64
		    " connections began while the table was full at %zu rows (--max-rows)",
		    counters->refused, conn_table_limit(table));
}
