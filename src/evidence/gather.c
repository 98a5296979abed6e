/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One snapshot of the machine: sockets, who holds them, processes, network namespaces. */
#include "evidence/gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory_left.h"
#include "base/scan_bound.h"
#include "evidence/by_diag.h"
#include "evidence/processes.h"
#include "evidence/spaces.h"
#include "netlink/tcp_diag.h"
#include "procfs/counts.h"

/* In a memory cgroup: beside the sockets, and for one with its holders, whose arrays double. */
#define BESIDE_SOCKETS (16u << 20)
#define SOCKET_TAKES 640
#define SOCKETS_LEAST 4096
/* Of two snapshots: the tracer beside the first, then both stores and a copy of the second on its way from the helper. */
#define TRACER_TAKES (32u << 20)
#define STORES 3

static int open_iterators(struct gatherer *gatherer)
{
	int err = socket_details_new(&gatherer->details);

	if (!err)
		err = socket_reader_new(&gatherer->socket_reader);
	if (err)
		gatherer_close(gatherer);
	return err;
}

int gatherer_open(struct gatherer *gatherer, enum gather_way way)
{
	if (way == GATHER_FAST && !walk_new_details(&gatherer->walk))
		return 0;
	return open_iterators(gatherer);
}

void gatherer_close(struct gatherer *gatherer)
{
	walk_free(gatherer->walk);
	socket_details_free(gatherer->details);
	socket_reader_free(gatherer->socket_reader);
	*gatherer = (struct gatherer){};
}

/* ---------------------------------------------------------------- sockets and holders */

struct collector {
	struct evidence_store *store;
	int err;
};

static void on_holder(void *context, const struct held_socket *held)
{
	struct collector *collector = context;
	struct evidence_holder row = {
		.cookie = held->cookie,
		.sock = held->sock,
		.pid = held->owner.pid,
		.uid = held->owner.uid,
		.fd = held->fd,
	};

	memcpy(row.comm, held->owner.comm, sizeof(row.comm));
	if (!collector->err)
		collector->err = evidence_store_holder(collector->store, &row);
}

static int on_socket(void *context, const struct socket_detail *detail)
{
	const struct collector *collector = context;

	return evidence_store_socket(collector->store, detail);
}

static void on_unread(void *context, uint32_t netns, int err)
{
	const struct collector *collector = context;

	collector->store->spaces_left_out.unread += !namespace_is_gone(err);
}

static bool is_empty(void *context)
{
	struct socket_counts counts;

	socket_counts_read("/proc/thread-self/net", &counts);
	return counts.known && !counts.tcp;
}

static void ignore_rows(void *context, const struct listed_connection *listed, size_t count)
{
}

static void ignore_unread(void *context, uint32_t netns, int err)
{
}

/* Sockets and what befalls them are joined by cookie. sock_diag makes one for each that it lists. */
static void have_cookies(const struct gatherer *gatherer, const struct namespaces *spaces)
{
	static const struct socket_rows_handler nobody = {.rows = ignore_rows,
							  .unread = ignore_unread};

	if (!socket_details_make_cookies(gatherer->details))
		tcp_diag_read(spaces, &nobody);
}

static int read_by_iterators(struct gatherer *gatherer, struct evidence_store *store,
			     struct namespaces *spaces)
{
	struct collector collector = {.store = store};
	struct socket_detail_handler handler = {is_empty, on_socket, on_unread, &collector};
	int err = socket_reader_read_namespaces(gatherer->socket_reader, spaces);

	if (!err)
		have_cookies(gatherer, spaces);
	if (!err)
		err = socket_reader_read_holders(gatherer->socket_reader, spaces, on_holder,
						 &collector);
	if (!err)
		err = collector.err;
	store->holders_known = !err;
	return err ? err : socket_details_read(gatherer->details, spaces, &handler);
}

/* The descriptors first: that makes the cookies which the walk reads. */
static int read_by_walk(struct gatherer *gatherer, struct evidence_store *store,
			struct namespaces *spaces)
{
	struct collector collector = {.store = store};
	struct walk_report report;
	int err = walk_read_task_spaces(gatherer->walk, spaces);

	if (!err)
		err = walk_read_holders(gatherer->walk, spaces, on_holder, &collector);
	if (!err)
		err = collector.err;
	store->holders_known = !err;
	if (!err)
		err = walk_read_details(gatherer->walk, on_socket, &collector);
	walk_last(gatherer->walk, &report);
	store->spaces_left_out.moving += report.unsettled + report.lost_tables;
	return err;
}

/* Where the walk cannot be finished, as with a chain of very many listeners, the iterators serve. */
static int read_sockets(struct gatherer *gatherer, struct evidence_store *store,
			struct namespaces *spaces)
{
	int err = gatherer->walk ? read_by_walk(gatherer, store, spaces) : 0;

	if (gatherer->walk && !err)
		return 0;
	if (err) {
		evidence_store_clear(store);
		open_iterators(gatherer);
	}
	return gatherer->details ? read_by_iterators(gatherer, store, spaces)
				 : evidence_by_diag(store, spaces);
}

/* ---------------------------------------------------------------- processes */

static int by_number(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

/* Each process once, in the order of their numbers. */
static int read_processes(struct evidence_store *store,
			  bool (*wants)(const struct socket_detail *socket))
{
	uint32_t *pids = malloc((store->socket_count + 1) * sizeof(*pids));
	size_t count = 0;
	int err = 0;

	if (!pids)
		return -ENOMEM;
	for (size_t i = 0; i < store->socket_count; i++) {
		uint32_t pid = store->sockets[i].flow.pid;

		if (pid && (!count || pids[count - 1] != pid) && wants(&store->sockets[i]))
			pids[count++] = pid;
	}
	if (count)
		qsort(pids, count, sizeof(*pids), by_number);
	for (size_t i = 0; !err && i < count; i++) {
		if (!i || pids[i] != pids[i - 1])
			err = evidence_read_process(store, "/proc", pids[i]);
	}
	free(pids);
	return err;
}

static uint32_t sockets_that_fit(bool two_snapshots)
{
	const struct memory_left *memory = memory_left();
	uint32_t beside_tracer, max = memory_left_count(memory, BESIDE_SOCKETS,
							SOCKET_TAKES * (two_snapshots ? STORES : 1),
							SOCKETS_LEAST, STORE_SOCKETS_MAX);

	if (!two_snapshots)
		return max;
	beside_tracer = memory_left_count(memory, BESIDE_SOCKETS + TRACER_TAKES, SOCKET_TAKES,
					  SOCKETS_LEAST, STORE_SOCKETS_MAX);
	return beside_tracer < max ? beside_tracer : max;
}

int gather(struct gatherer *gatherer, struct evidence_store *store,
	   const struct gather_choice *choice)
{
	struct namespaces spaces = {};
	int err;

	evidence_store_clear(store);
	store->socket_max = sockets_that_fit(choice->two_snapshots);
	scan_bound_take();
	err = read_sockets(gatherer, store, &spaces);
	store->spaces_left_out.beyond = spaces.beyond_count;
	store->spaces_left_out.processes = scan_bound_take();
	if (store->spaces_left_out.processes)
		store->holders_known = false;
	store->spaces_left_out.limit = NAMESPACES_MAX;
	store->spaces_left_out.own_only = geteuid() != 0;
	store->now_ns = clock_monotonic_ns();
	store->wall_offset_ns = clock_wall_offset();
	if (!err)
		err = evidence_store_join(store);
	if (!err)
		err = read_processes(store, choice->wants_process);
	if (!err)
		evidence_read_spaces(store, &spaces, &choice->tracked);
	namespaces_release(&spaces);
	return err;
}
