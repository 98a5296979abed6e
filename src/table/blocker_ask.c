/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's lists of one port -> what is in the way of a bind or listen call, and who holds it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "netlink/port_diag.h"
#include "netstate/flow.h"
#include "netstate/tcp_state.h"
#include "procfs/process.h"
#include "procfs/process_facts.h"
#include "procfs/socket_holders.h"
#include "table/blocker.h"
#include "table/who.h"

struct asking {
	const struct wire_refusal *refusal;
	struct port_user best;
	bool found;
	struct connection_owner holder; /* pid 0: none found */
};

static void consider(struct asking *asking, const struct port_user *user)
{
	if (!blocker_is_in_the_way(asking->refusal, user) ||
	    (asking->found && !blocker_is_better(user, &asking->best)))
		return;
	asking->best = *user;
	asking->found = true;
}

/* ---------------------------------------------------------------- TCP, by the walk */

/* Half-open connections are in no list of a port. */
static void on_rows(void *context, const struct listed_connection *listed, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct listed_connection *one = &listed[i];
		const struct port_user user = {
			.cookie = one->flow.cookie,
			.sock = one->flow.sock,
			.inode = one->detail.inode,
			.local = one->flow.local,
			.netns = one->flow.netns,
			.uid = one->detail.uid,
			.device = one->detail.device,
			.state = one->state,
			.sharing = one->sharing,
			.protocol = one->flow.protocol,
		};

		if (!one->minisocket || one->state != TCP_STATE_SYN_RECV)
			consider(context, &user);
	}
}

static void on_held(void *context, const struct held_socket *held)
{
	struct asking *asking = context;

	if (held->sock == asking->best.sock && !asking->holder.pid)
		asking->holder = held->owner;
}

/* The file of an MPTCP subflow is the connection's: its own inode has no descriptor. */
static void find_holder(struct asking *asking, struct walk *walk)
{
	const struct port_user *best = &asking->best;

	if (best->protocol == FLOW_PROTOCOL_MPTCP)
		walk_read_holders(walk, NULL, on_held, asking);
	else if (best->inode)
		walk_find_holders(walk, &best->inode, 1, on_held, asking);
}

/* 0 or -errno: nothing is known then. */
static int ask_walk(struct asking *asking, struct walk *walk)
{
	const struct walk_filter filter = {.netns = asking->refusal->sock.netns,
					   .lport = asking->refusal->sock.lport};
	const struct socket_rows_handler handler = {
		.rows = on_rows, .context = asking, .details = true};
	int err = walk_read(walk, &filter, &handler);

	if (!err && asking->refusal->head.kind == WIRE_KIND_BIND)
		err = walk_read_bound(walk, &filter, &handler);
	if (!err && asking->found)
		find_holder(asking, walk);
	return err;
}

/* ---------------------------------------------------------------- UDP, by sock_diag */

/* sock_diag reports nothing about how UDP sockets share a port. */
static void on_udp(void *context, const struct port_socket *socket)
{
	const struct port_user user = {
		.cookie = socket->cookie,
		.inode = socket->inode,
		.local = socket->local,
		.netns = socket->netns,
		.uid = socket->uid,
		.device = socket->device,
		.state = socket->remote.port ? TCP_STATE_ESTABLISHED : TCP_STATE_CLOSE,
		.protocol = FLOW_PROTOCOL_UDP,
	};

	consider(context, &user);
}

static void on_udp_holder(void *context, uint64_t inode, uint32_t pid)
{
	struct asking *asking = context;

	asking->holder.pid = pid;
}

static void find_udp_holder(struct asking *asking)
{
	_cleanup_(cleanup_close) int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct connection_owner *holder = &asking->holder;
	bool denied;

	socket_holders_scan("/proc", &asking->best.inode, 1, on_udp_holder, asking, &denied);
	if (!holder->pid)
		return;
	process_read_comm(proc, (int32_t)holder->pid, holder->comm);
	process_read_uid(proc, holder->pid, &holder->uid);
}

/* In the namespace of the process that asked, while it is there. 0 or -errno: nothing is known then. */
static int ask_udp(struct asking *asking)
{
	const struct wire_sock *sock = &asking->refusal->sock;
	const struct namespace space = {.inode = sock->netns,
					.way = NAMESPACE_OF_TASK,
					.pid = sock->pid,
					.number = sock->pid};
	struct namespaces spaces = {}, unread = {};
	_cleanup_(cleanup_close) int fd = namespace_open(&space);
	int err;

	if (fd < 0)
		return fd;
	namespaces_add(&spaces, &space);
	err = port_diag_read(&spaces, true, on_udp, &unread, asking);
	if (!err && unread.count)
		err = -EACCES;
	if (!err && asking->found)
		find_udp_holder(asking);
	namespaces_release(&spaces);
	namespaces_release(&unread);
	return err;
}

/* ---------------------------------------------------------------- any other way */

/* UDP's own state: connected or not. */
static uint8_t state_of(const struct who_socket *socket)
{
	if (socket->role == WHO_UDP && socket->flow.remote.port)
		return TCP_STATE_ESTABLISHED;
	return socket->state ? socket->state : TCP_STATE_CLOSE;
}

static void consider_answer(struct asking *asking, const struct who_socket *socket)
{
	const struct port_user user = {
		.cookie = socket->flow.cookie,
		.local = socket->flow.local,
		.netns = socket->flow.netns,
		.uid = socket->flow.uid,
		.device = socket->device_index,
		.state = state_of(socket),
		.protocol = socket->is_udp ? FLOW_PROTOCOL_UDP : socket->flow.protocol,
	};
	bool is_first = !asking->found;

	consider(asking, &user);
	if (!asking->found || (!is_first && asking->best.cookie != user.cookie))
		return;
	asking->holder = (struct connection_owner){};
	if (!socket->process_count)
		return;
	asking->holder.pid = socket->processes[0]->pid;
	asking->holder.uid = socket->processes[0]->uid;
	memcpy(asking->holder.comm, socket->processes[0]->comm, sizeof(asking->holder.comm));
}

static void ask_who(struct asking *asking, struct table_source *source)
{
	const struct who_question question = {.end.port = asking->refusal->sock.lport,
					      .netns = asking->refusal->sock.netns};
	struct who_answer answer = {};

	if (!who_ask(source, &question, &answer)) {
		for (size_t i = 0; i < answer.count; i++)
			consider_answer(asking, &answer.list[i]);
	}
	who_answer_release(&answer);
}

static void fill(struct wire_refusal *refusal, const struct asking *asking)
{
	const struct port_user *best = &asking->best;

	refusal->blocker_state = best->state;
	refusal->blocker_port = best->local.port;
	memcpy(refusal->blocker_addr, best->local.addr, sizeof(refusal->blocker_addr));
	refusal->blocker.pid = asking->holder.pid;
	refusal->blocker.uid = asking->holder.uid;
	memcpy(refusal->blocker.comm, asking->holder.comm, sizeof(refusal->blocker.comm));
}

void blocker_ask(struct table_source *source, struct wire_refusal *refusal)
{
	struct asking asking = {.refusal = refusal};

	int err = refusal->sock.protocol == WIRE_PROTOCOL_UDP ? ask_udp(&asking)
		  : source->walk			      ? ask_walk(&asking, source->walk)
							      : -ENOTSUP;

	if (err)
		ask_who(&asking, source);
	if (asking.found)
		fill(refusal, &asking);
}
