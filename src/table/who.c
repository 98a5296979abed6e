/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table, sock_diag and /proc -> who has a port. */
#include "table/who.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "kernel/cgroups.h"
#include "netlink/port_diag.h"
#include "netstate/cgroup_unit.h"
#include "netstate/tcp_state.h"
#include "procfs/process.h"
#include "procfs/process_facts.h"
#include "procfs/socket_holders.h"
#include "table/rows.h"

struct asking {
	const struct who_question *question;
	struct who_answer *answer;
	struct conn_table *table;
	uint64_t *inodes; /* of the answer's sockets that are not in the table; 0: of the others */
	struct cgroups *cgroups; /* NULL: nobody can say what root named */
	int proc;
	struct command_reader reader;
	int err;
};

/* ---------------------------------------------------------------- which */

static bool same_end(const struct endpoint *wanted, const struct endpoint *end)
{
	return wanted->port == end->port && !memcmp(wanted->addr, end->addr, sizeof(end->addr));
}

bool who_has_end(const struct flow *flow, const struct endpoint *end)
{
	return same_end(end, &flow->local) || same_end(end, &flow->remote) ||
	       (end->port == flow->local.port && address_takes(flow->local.addr, end->addr));
}

static bool is_asked_for(const struct who_question *question, const struct flow *flow)
{
	if (question->netns && question->netns != flow->netns)
		return false;
	if (!question->whole)
		return question->end.port == flow->local.port;
	return who_has_end(flow, &question->end);
}

static bool is_held_by(const struct who_socket *socket, uint64_t pid)
{
	for (unsigned int i = 0; i < socket->process_count; i++) {
		if (socket->processes[i]->pid == pid)
			return true;
	}
	return false;
}

static bool has_process(const struct who_socket *socket, uint64_t pid)
{
	return is_held_by(socket, pid) || socket->opener.pid == pid || socket->closer.pid == pid ||
	       socket->flow.pid == pid;
}

static bool matches(const struct who_question *question, const struct who_socket *socket)
{
	if (question->end.port)
		return is_asked_for(question, &socket->flow);
	if (question->netns && question->netns != socket->flow.netns)
		return false;
	return question->number &&
	       (socket->flow.cookie == question->number || has_process(socket, question->number));
}

/* ---------------------------------------------------------------- adding */

static struct who_socket *add(struct asking *asking, const struct who_socket *socket,
			      uint64_t inode)
{
	struct who_answer *answer = asking->answer;
	size_t room = answer->room ? answer->room * 2 : 64;
	struct who_socket *list = answer->list;
	uint64_t *inodes = asking->inodes;

	if (answer->count == answer->room) {
		list = realloc(list, room * sizeof(*list));
		answer->list = list ? list : answer->list;
		inodes = realloc(inodes, room * sizeof(*inodes));
		asking->inodes = inodes ? inodes : asking->inodes;
		if (!list || !inodes) {
			asking->err = -ENOMEM;
			return NULL;
		}
		answer->room = room;
	}
	inodes[answer->count] = inode;
	list[answer->count] = *socket;
	return &list[answer->count++];
}

/* NULL: no more of them, or it is there. */
static struct who_process *add_process(struct asking *asking, struct who_socket *socket,
				       uint32_t pid)
{
	struct who_process *process;

	if (socket->process_count == WHO_PROCESSES_MAX || is_held_by(socket, pid))
		return NULL;
	process = who_processes_get(&asking->answer->processes, pid);
	if (process)
		socket->processes[socket->process_count++] = process;
	else
		asking->err = -ENOMEM;
	return process;
}

static uint8_t role_of(const struct asking *asking, const struct connection *row,
		       const struct connection_detail *detail)
{
	if (row->flags & CONNECTION_MINISOCKET && row->state != TCP_STATE_SYN_RECV)
		return WHO_WAITS;
	if (row->state == TCP_STATE_LISTEN)
		return WHO_LISTENS;
	if (row->state == TCP_STATE_SYN_SENT)
		return WHO_OUTGOING;
	return conn_table_listener(asking->table, row) || connection_was_accepted(row, detail)
		       ? WHO_INCOMING
		       : WHO_OUTGOING;
}

static void on_row(struct asking *asking, const struct connection *row,
		   const struct connection_detail *detail)
{
	struct connection_owner owners[CONN_TABLE_OWNERS];
	size_t count = conn_table_owners(asking->table, row, owners);
	const struct connection *listener = conn_table_queued_at(asking->table, row);
	struct who_socket socket = {
		.role = role_of(asking, row, detail),
		.state = row->state,
		.holding = row->holding,
		.unheld = !!(row->flags & CONNECTION_UNHELD),
		.flow = row->flow,
		.opener = row->opener,
		.closer = row->closer,
		.since_ns = row->flags & CONNECTION_SINCE_UNKNOWN ? 0 : row->since_ns,
		.expires_ns = row->expires_ns,
		.device_index = detail ? detail->device : 0,
		.listener = listener ? listener->flow.cookie : 0,
	};

	if (row->state == TCP_STATE_LISTEN)
		listener = row;
	if (listener) {
		socket.queue = listener->recv_queue;
		socket.backlog = listener->send_queue;
	}
	for (size_t i = 0; i < count; i++) {
		struct who_process *process = add_process(asking, &socket, owners[i].pid);

		if (!process)
			continue;
		process->uid = owners[i].uid;
		memcpy(process->comm, owners[i].comm, sizeof(process->comm));
	}
	if (matches(asking->question, &socket))
		add(asking, &socket, 0);
}

/* Of a number it is not known yet whether the process holds it. */
static void on_port(void *context, const struct port_socket *port)
{
	struct asking *asking = context;
	struct who_socket socket = {
		.role = port->is_udp ? WHO_UDP : WHO_BOUND,
		.is_udp = port->is_udp,
		.device_index = port->device,
		.flow = {.cookie = port->cookie,
			 .local = port->local,
			 .remote = port->remote,
			 .netns = port->netns,
			 .uid = port->uid,
			 .cgroup_id = port->cgroup_id,
			 .family = port->family},
	};

	if (!asking->question->end.port || is_asked_for(asking->question, &socket.flow))
		add(asking, &socket, port->inode);
}

/* ---------------------------------------------------------------- processes */

static int compare_numbers(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static void on_holder(void *context, uint64_t inode, uint32_t pid)
{
	struct asking *asking = context;

	for (size_t i = 0; i < asking->answer->count; i++) {
		if (asking->inodes[i] == inode)
			add_process(asking, &asking->answer->list[i], pid);
	}
}

static void find_holders(struct asking *asking)
{
	_cleanup_(cleanup_free) uint64_t *wanted =
		calloc(asking->answer->count + 1, sizeof(*wanted));
	size_t count = 0;

	for (size_t i = 0; wanted && i < asking->answer->count; i++) {
		if (asking->inodes[i])
			wanted[count++] = asking->inodes[i];
	}
	if (!count)
		return;
	qsort(wanted, count, sizeof(*wanted), compare_numbers);
	socket_holders_scan("/proc", wanted, count, on_holder, asking, &asking->answer->denied);
}

/* How much of the path root named. Only version 2's folders can be looked at. */
static size_t names_by_root(const struct asking *asking, uint32_t pid, const char *path)
{
	bool is_v1 = false;

	if (!process_read_cgroup_is_v1(asking->proc, pid, &is_v1) && is_v1)
		return CGROUP_UNIT_UNCHECKED;
	return asking->cgroups ? cgroups_by_root(asking->cgroups, path) : 0;
}

static void describe(struct asking *asking, struct who_process *process)
{
	static uint64_t ticks;
	struct cgroup_unit unit;
	struct process_stat stat;
	char path[PROCESS_CGROUP_MAX] = "";

	if (process->is_described)
		return;
	process->is_described = true;
	if (!ticks)
		ticks = (uint64_t)sysconf(_SC_CLK_TCK);
	if (!process->comm[0]) {
		process_read_comm(asking->proc, (int32_t)process->pid, process->comm);
		process_read_uid(asking->proc, process->pid, &process->uid);
	}
	process_read_command(&asking->reader, asking->proc, process->pid, process->command,
			     sizeof(process->command));
	if (!process_read_stat(asking->proc, process->pid, &stat))
		process->started_ns = stat.start_ticks * (1000000000 / ticks);
	process_read_cgroup(asking->proc, process->pid, path);
	cgroup_unit_of(path, names_by_root(asking, process->pid, path), &unit);
	memcpy(process->unit, unit.text, unit.size < WHO_UNIT_MAX ? unit.size : WHO_UNIT_MAX - 1);
}

static void describe_all(struct asking *asking)
{
	for (size_t i = 0; i < asking->answer->count; i++) {
		struct who_socket *socket = &asking->answer->list[i];

		for (unsigned int j = 0; j < socket->process_count; j++)
			describe(asking, socket->processes[j]);
	}
	command_reader_end(&asking->reader);
}

/* Those that were only taken in because their processes were not known yet. */
static void drop_others(struct who_answer *answer, const struct who_question *question)
{
	size_t kept = 0;

	for (size_t i = 0; i < answer->count; i++) {
		if (matches(question, &answer->list[i]))
			answer->list[kept++] = answer->list[i];
	}
	answer->count = kept;
}

/* ---------------------------------------------------------------- asking */

static int compare_sockets(const void *a, const void *b)
{
	const struct who_socket *left = a, *right = b;

	if (left->role != right->role)
		return left->role < right->role ? -1 : 1;
	if (left->flow.local.port != right->flow.local.port)
		return left->flow.local.port < right->flow.local.port ? -1 : 1;
	return (left->flow.cookie > right->flow.cookie) - (left->flow.cookie < right->flow.cookie);
}

static void on_bound(void *context, const struct listed_connection *listed, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct flow *flow = &listed[i].flow;
		const struct port_socket port = {
			.inode = listed[i].detail.inode,
			.device = listed[i].detail.device,
			.cookie = flow->cookie,
			.cgroup_id = flow->cgroup_id,
			.local = flow->local,
			.remote = flow->remote,
			.netns = flow->netns,
			.uid = flow->uid,
			.family = flow->family,
		};

		on_port(context, &port);
	}
}

/* The walk reports bound sockets on any kernel, and of namespaces that cannot be entered; sock_diag
 * only since 6.8. Whether the walk did. */
static bool walk_bound(struct asking *asking, struct table_source *source)
{
	const struct socket_rows_handler handler = {
		.rows = on_bound, .context = asking, .details = true};
	const struct walk_filter filter = {.netns = asking->question->netns,
					   .lport = asking->question->end.port};

	return source->walk && !walk_read_bound(source->walk, &filter, &handler);
}

static int read_ports(struct asking *asking, struct table_source *source)
{
	bool walked = walk_bound(asking, source);
	struct namespaces spaces = {}, unread = {};
	int err = table_source_namespaces(source, &spaces);

	if (!err && source->walk)
		err = walk_find_ways(source->walk, &spaces);
	if (!err)
		err = port_diag_read(&spaces, walked, on_port, &unread, asking);
	asking->answer->bound_unknown = err;
	for (size_t i = 0; i < source->unread.count; i++)
		namespaces_add(&unread, &source->unread.list[i]);
	asking->answer->left_out = table_source_left_out(source, asking->question->netns);
	asking->answer->left_out.unread =
		asking->question->netns ? namespaces_have(&unread, asking->question->netns)
					: unread.count;
	namespaces_release(&spaces);
	namespaces_release(&unread);
	return asking->err;
}

int who_ask(struct table_source *source, const struct who_question *question,
	    struct who_answer *ret_answer)
{
	struct asking asking = {.question = question, .answer = ret_answer};
	const struct connection *row;
	struct conn_pass pass;
	size_t position = 0;
	int err = conn_table_new(table_rows(0, ROWS_BESIDE_LISTS), &asking.table);

	if (!err)
		err = table_source_pass(source, asking.table, TABLE_PASS_HOLDERS, &pass);
	while (!err && (row = conn_table_next(asking.table, &position))) {
		on_row(&asking, row, table_source_detail(source, row, position));
		err = asking.err;
	}
	if (!err)
		err = read_ports(&asking, source);
	ret_answer->left_out_rows = asking.table ? conn_table_counters(asking.table)->left_out : 0;
	ret_answer->row_limit = asking.table ? conn_table_limit(asking.table) : 0;
	cgroups_new(&asking.cgroups);
	asking.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!err) {
		find_holders(&asking);
		ret_answer->left_out.processes =
			table_source_left_out(source, question->netns).processes;
		err = asking.err;
		drop_others(ret_answer, question);
		describe_all(&asking);
		if (ret_answer->count)
			qsort(ret_answer->list, ret_answer->count, sizeof(*ret_answer->list),
			      compare_sockets);
	}
	cleanup_close(&asking.proc);
	cgroups_free(asking.cgroups);
	free(asking.inodes);
	conn_table_free(asking.table);
	return err;
}

void who_answer_release(struct who_answer *answer)
{
	free(answer->list);
	who_processes_release(&answer->processes);
	*answer = (struct who_answer){};
}
