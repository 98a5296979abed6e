/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's hash tables -> rows, by a program that this process runs. */
#include "kernel/walk.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/debug.h"
#include "kernel/detail_row.h"
#include "kernel/libbpf_log.h"
#include "kernel/listed_row.h"
#include "kernel/task_spaces.h"
#include "kernel/walk_chain.h"
#include "kernel/walk_object.h"
#include "netstate/tcp_state.h"
#include "netstate/wire_walk.h"

#define BUDGET_NS 100000       /* of a run: shorter ones cost more, longer ones hold others up */
#define TABLES_RESTARTS_MAX 16 /* while namespaces come and go */
#define MOVES_PAUSE_US 1000    /* a processor that was taken from who moves things comes back */
#define ALL_STATES (~0u)

struct walk {
	struct walk_object object;
	int socket; /* a TCP socket, from which the program finds the tables */
	int64_t tick_ns;
	struct walk_chain chain;
	struct walk_report report;
	struct iterator_reader reader; /* its `between` is also the walk's */
};

/* ---------------------------------------------------------------- loading */

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

static int set_up(struct walk *walk, bool details)
{
	int err;

	walk->socket = open_socket();
	if (walk->socket < 0)
		return walk->socket;
	err = details ? walk_object_open_details(&walk->object) : walk_object_open(&walk->object);
	walk->chain.size = walk->object.row_size;
	return err;
}

/* ---------------------------------------------------------------- running */

static int run(const struct bpf_program *program, uint64_t argument)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &argument,
		    .ctx_size_in = sizeof(argument));

	return bpf_prog_test_run_opts(bpf_program__fd(program), &options) ? -errno : 0;
}

/* Namespaces come and go: each walk begins with a scan of them. */
static int find_tables(struct walk *walk)
{
	volatile struct wire_walk_tables *tables = walk->object.tables;
	int err = 0;

	tables->next = 0;
	tables->restarts = 0;
	tables->done = 0;
	while (!err && !tables->done) {
		err = run(walk->object.find_tables, (uint64_t)walk->socket);
		if (!err && (!tables->head || !tables->shared))
			return -ENOTSUP;
		if (tables->restarts > TABLES_RESTARTS_MAX)
			break;
	}
	walk->report.namespaces = tables->nets + tables->unlisted;
	/* Where they come and go faster than they can be listed there is one more at least. */
	walk->report.unlisted = tables->unlisted + !tables->done;
	return err;
}

static int new_walk(bool details, struct walk **ret_walk)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	int err;

	if (!walk)
		return -ENOMEM;
	libbpf_log_init();
	walk->tick_ns = jiffy_ns();
	err = set_up(walk, details);
	if (!err)
		err = find_tables(walk);
	debug_say("the walk over the TCP hash tables%s: %s", details ? ", with details" : "",
		  err ? strerror(-err) : "loaded");
	if (err) {
		walk_free(walk);
		return err;
	}
	*ret_walk = walk;
	return 0;
}

int walk_new(struct walk **ret_walk)
{
	return new_walk(false, ret_walk);
}

int walk_new_details(struct walk **ret_walk)
{
	return new_walk(true, ret_walk);
}

void walk_free(struct walk *walk)
{
	if (!walk)
		return;
	iterator_reader_release(&walk->reader);
	walk_object_close(&walk->object);
	cleanup_close(&walk->socket);
	walk_chain_release(&walk->chain);
	free(walk);
}

void walk_set_between(struct walk *walk, void (*between)(void *context), void *context)
{
	walk->reader.between = between;
	walk->reader.between_context = context;
}

/* ---------------------------------------------------------------- rows */

/* What is done with complete rows. */
struct row_sink {
	void (*give)(void *context, const void *row);
	void (*flush)(void *context); /* those of a run are through; NULL: nothing to do */
	void *context;
};

static void report_run(struct walk_report *report, const struct wire_walk_answer *answer)
{
	report->runs++;
	if (answer->run_ns > report->longest_ns)
		report->longest_ns = answer->run_ns;
	report->moved = answer->moved;
	report->unsettled = answer->unsettled;
	report->lost_tables = (uint32_t)answer->lost_nets;
}

static int run_all(struct walk *walk, const struct bpf_program *program,
		   const struct row_sink *sink)
{
	struct wire_walk_answer answer;
	uint64_t begin = 1;
	int err;

	walk->chain.count = 0;
	do {
		if (walk->reader.between && !walk->chain.count)
			walk->reader.between(walk->reader.between_context);
		err = run(program, begin);
		if (err)
			return err;
		begin = 0;
		answer = *walk->object.answer;
		report_run(&walk->report, &answer);
		err = walk_chain_accept(&walk->chain, &answer, walk->object.rows, sink->give,
					sink->context);
		if (sink->flush)
			sink->flush(sink->context);
		if (answer.stop == WIRE_WALK_MOVES)
			usleep(MOVES_PAUSE_US);
	} while (!err && answer.stop != WIRE_WALK_END);
	return err;
}

/* ---------------------------------------------------------------- asking */

#define STATE(name) (1u << TCP_STATE_##name)

/* The kernel's own states: those of minisockets are shown as others. */
static uint32_t kernel_states(uint32_t states)
{
	if (!states)
		return ALL_STATES;
	if (states & STATE(SYN_RECV))
		states |= STATE(NEW_SYN_RECV);
	if (states & STATE(FIN_WAIT2))
		states |= STATE(TIME_WAIT);
	return states;
}

static void give_listed(void *context, const void *row)
{
	listed_batch_add(context, row);
}

static void flush_listed(void *context)
{
	listed_batch_flush(context);
}

/* One program over the tables as they are now. */
static int read_rows(struct walk *walk, const struct bpf_program *program,
		     const struct row_sink *sink)
{
	int err;

	walk->report = (struct walk_report){};
	err = find_tables(walk);
	return err ? err : run_all(walk, program, sink);
}

int walk_read(struct walk *walk, const struct walk_filter *filter,
	      const struct socket_rows_handler *handler)
{
	static const struct walk_filter everything;
	const uint32_t waiting = STATE(LISTEN) | STATE(NEW_SYN_RECV) | STATE(TIME_WAIT);
	struct listed_batch batch = {.handler = handler, .tick_ns = walk->tick_ns};
	const struct row_sink sink = {give_listed, flush_listed, &batch};
	struct wire_walk_request *request = walk->object.request;

	filter = filter ? filter : &everything;
	batch.states = filter->states;
	*request = (struct wire_walk_request){
		.budget_ns = BUDGET_NS,
		.states = kernel_states(filter->states),
		.netns = filter->netns,
		.lport = filter->lport,
		.details = handler->details,
	};
	if (handler->only_waiting)
		request->states &= waiting;
	return read_rows(walk, walk->object.walk, &sink);
}

int walk_read_bound(struct walk *walk, const struct walk_filter *filter,
		    const struct socket_rows_handler *handler)
{
	struct listed_batch batch = {.handler = handler, .tick_ns = walk->tick_ns, .bound = true};
	const struct row_sink sink = {give_listed, flush_listed, &batch};

	*walk->object.request = (struct wire_walk_request){
		.budget_ns = BUDGET_NS,
		.netns = filter ? filter->netns : 0,
		.lport = filter ? filter->lport : 0,
		.details = handler->details,
	};
	return read_rows(walk, walk->object.walk_bound, &sink);
}

struct detail_sink {
	int (*handle)(void *context, const struct socket_detail *detail);
	void *context;
	uint64_t tick_ns;
	int err;
};

static void give_detail(void *context, const void *row)
{
	struct detail_sink *details = context;
	struct socket_detail detail;

	if (!details->err && detail_from_wire(row, details->tick_ns, &detail))
		details->err = details->handle(details->context, &detail);
}

int walk_read_details(struct walk *walk,
		      int (*handle)(void *context, const struct socket_detail *detail),
		      void *context)
{
	struct detail_sink details = {handle, context, (uint64_t)walk->tick_ns, 0};
	const struct row_sink sink = {give_detail, NULL, &details};
	int err;

	*walk->object.request = (struct wire_walk_request){
		.budget_ns = BUDGET_NS, .states = ALL_STATES, .details = true};
	err = read_rows(walk, walk->object.walk, &sink);
	return err ? err : details.err;
}

int walk_read_namespaces(struct walk *walk, void (*handler)(void *context, uint32_t inode),
			 void *context)
{
	int err = find_tables(walk);

	for (uint32_t i = 0; !err && i < walk->object.tables->nets; i++)
		handler(context, walk->object.nets[i].inode);
	return err;
}

static void ignore_holder(void *context, const struct held_socket *held)
{
}

int walk_find_ways(struct walk *walk, struct namespaces *spaces)
{
	return holders_read(&walk->object.holders, &walk->reader, spaces, ignore_holder, NULL);
}

int walk_read_holders(struct walk *walk, struct namespaces *spaces, holder_handler handler,
		      void *context)
{
	return holders_read(&walk->object.holders, &walk->reader, spaces, handler, context);
}

int walk_read_task_spaces(struct walk *walk, struct namespaces *spaces)
{
	return task_spaces_read(walk->object.tasks, &walk->reader, spaces);
}

int walk_read_holders_of(struct walk *walk, uint32_t pid, holder_handler handler, void *context)
{
	return holders_read_of(&walk->object.holders, &walk->reader, pid, handler, context);
}

int walk_find_holders(struct walk *walk, const uint64_t *inodes, size_t count,
		      holder_handler handler, void *context)
{
	return holders_find(&walk->object.holders, &walk->reader, inodes, count, handler, context);
}

void walk_last(const struct walk *walk, struct walk_report *ret_report)
{
	*ret_report = walk->report;
}
