/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID/fd and the sockets' inodes -> owners, far ends, listeners. */
#include "table/socket_holding.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/list_grow.h"
#include "kernel/cgroups.h"
#include "kernel/pidns.h"
#include "netstate/tcp_state.h"
#include "procfs/process.h"
#include "procfs/process_facts.h"
#include "procfs/socket_holders.h"

/* ---------------------------------------------------------------- sockets by inode */

struct place {
	uint64_t inode;
	size_t number; /* in the list */
};

struct places {
	struct place *list;
	size_t count;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

static int places_init(struct places *places, const struct socket_list *list)
{
	places->list = calloc(list->count + 1, sizeof(*places->list));
	if (!places->list)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++) {
		if (list->list[i].detail.inode)
			places->list[places->count++] =
				(struct place){list->list[i].detail.inode, i};
	}
	qsort(places->list, places->count, sizeof(*places->list), compare_places);
	return 0;
}

static const struct place *places_find(const struct places *places, uint64_t inode)
{
	const struct place key = {.inode = inode};

	return inode ? bsearch(&key, places->list, places->count, sizeof(key), compare_places)
		     : NULL;
}

/* ---------------------------------------------------------------- holders */

struct holder {
	size_t number;
	uint32_t pid;
};

struct holders {
	const struct places *places;
	struct holder *list;
	size_t count, room;
	int err;
};

/* socket_holder_fn */
static void on_holder(void *context, uint64_t inode, uint32_t pid)
{
	struct holders *holders = context;
	const struct place *place = places_find(holders->places, inode);

	if (!place || holders->err)
		return;
	holders->err = LIST_GROW(holders->list, holders->count, holders->room);
	if (holders->err)
		return;
	holders->list[holders->count++] = (struct holder){place->number, pid};
}

/* By process, so that each is read once. */
static int compare_by_pid(const void *a, const void *b)
{
	const struct holder *left = a, *right = b;

	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	return (left->number > right->number) - (left->number < right->number);
}

struct named_holder {
	size_t number;
	uint64_t cgroup_id; /* of the process; 0: not known */
	struct connection_owner owner;
};

static int compare_by_socket(const void *a, const void *b)
{
	const struct named_holder *left = a, *right = b;

	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return (left->owner.pid > right->owner.pid) - (left->owner.pid < right->owner.pid);
}

static uint64_t cgroup_of(struct cgroups *cgroups, int proc, uint32_t pid)
{
	char path[PROCESS_CGROUP_MAX];
	uint64_t id = 0;

	if (!cgroups || process_read_cgroup_v2(proc, pid, path) || cgroups_id(cgroups, path, &id))
		return 0;
	return id;
}

static size_t name_holders(const struct holders *holders, struct cgroups *cgroups,
			   struct named_holder *named)
{
	_cleanup_(cleanup_close) int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct connection_owner owner = {};
	uint64_t cgroup_id = 0;
	size_t count = 0;

	for (size_t i = 0; i < holders->count; i++) {
		const struct holder *holder = &holders->list[i];

		if (i && !compare_by_pid(holder, holder - 1))
			continue;
		if (!i || holder->pid != holder[-1].pid) {
			owner = (struct connection_owner){.pid = holder->pid,
							  .owner = FLOW_OWNER_SCAN};
			process_read_comm(proc, (int32_t)holder->pid, owner.comm);
			process_read_uid(proc, holder->pid, &owner.uid);
			cgroup_id = cgroup_of(cgroups, proc, holder->pid);
		}
		named[count++] = (struct named_holder){holder->number, cgroup_id, owner};
	}
	qsort(named, count, sizeof(*named), compare_by_socket);
	return count;
}

/* A UNIX socket is in no cgroup as far as the kernel reports: it counts to that of its first holder. */
static void set_owner(struct flow *flow, const struct named_holder *holder)
{
	const struct connection_owner *owner = &holder->owner;

	flow->pid = owner->pid;
	flow->uid = owner->uid;
	flow->owner = owner->owner;
	memcpy(flow->comm, owner->comm, sizeof(flow->comm));
	if (!flow->cgroup_id)
		flow->cgroup_id = holder->cgroup_id;
}

static int assign_owners(struct socket_list *list, const struct holders *holders)
{
	_cleanup_(cleanup_free) struct named_holder *named =
		calloc(holders->count + 1, sizeof(*named));
	struct cgroups *cgroups = NULL;
	size_t count;

	cgroups_new(&cgroups);
	count = named ? name_holders(holders, cgroups, named) : 0;
	cgroups_free(cgroups);

	list->owners = calloc(count + 1, sizeof(*list->owners));
	if (!named || !list->owners)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct listed_socket *socket = &list->list[named[i].number];

		list->owners[i] = named[i].owner;
		if (!socket->owner_count++) {
			socket->owners = &list->owners[i];
			set_owner(&socket->row.flow, &named[i]);
		}
	}
	list->owner_count = count;
	return 0;
}

static int find_holders(struct socket_list *list, const struct places *places)
{
	_cleanup_(cleanup_free) uint64_t *inodes = calloc(places->count + 1, sizeof(*inodes));
	struct holders holders = {.places = places};
	int err = inodes ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < places->count; i++)
		inodes[i] = places->list[i].inode;
	if (!err)
		err = socket_holders_scan("/proc", inodes, places->count, on_holder, &holders,
					  &list->denied);
	if (!err)
		err = holders.err;
	if (!err && holders.count)
		qsort(holders.list, holders.count, sizeof(*holders.list), compare_by_pid);
	if (!err)
		err = assign_owners(list, &holders);
	free(holders.list);
	return err;
}

/* ---------------------------------------------------------------- far ends and accept queues */

int socket_pending_add(struct socket_pending *pending, size_t listener, const uint32_t *inodes,
		       size_t count)
{
	if (pending->room - pending->count < count) {
		size_t room = (pending->count + count) * 2;
		struct pending_end *larger =
			reallocarray(pending->list, room, sizeof(*pending->list));

		if (!larger)
			return -ENOMEM;
		pending->list = larger;
		pending->room = room;
	}
	for (size_t i = 0; i < count; i++)
		pending->list[pending->count++] = (struct pending_end){inodes[i], listener};
	return 0;
}

void socket_pending_release(struct socket_pending *pending)
{
	free(pending->list);
	*pending = (struct socket_pending){};
}

static int compare_pending(const void *a, const void *b)
{
	const struct pending_end *left = a, *right = b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

static void set_listener(struct socket_list *list, const struct socket_pending *pending,
			 uint64_t inode, struct listed_socket *socket)
{
	const struct pending_end key = {.inode = inode};
	const struct pending_end *found =
		pending->count && inode
			? bsearch(&key, pending->list, pending->count, sizeof(key), compare_pending)
			: NULL;

	if (found)
		socket->listener = &list->list[found->listener].row;
}

static void set_peer(struct unix_facts *facts, const struct listed_socket *peer)
{
	facts->peer_path = peer->unix_facts.path;
	facts->peer_path_size = peer->unix_facts.path_size;
	facts->peer_owners = peer->owners;
	facts->peer_owner_count = peer->owner_count;
}

/*
 * A UNIX socket with a file that no process holds lies in a message, or an io_uring has it. One
 * without a file is the near end of a connection that waits for accept. The kernel's own UDP sockets
 * (tunnels) look like that, too: nothing is said of them.
 */
static void set_holding(const struct socket_list *list, struct listed_socket *socket)
{
	if (socket->owner_count)
		socket->row.holding = HOLDING_FILE;
	if (socket->row.flow.protocol != FLOW_PROTOCOL_UNIX || socket->owner_count)
		return;
	if (!socket->detail.inode) {
		socket->row.holding =
			socket->row.state == TCP_STATE_ESTABLISHED ? HOLDING_QUEUE : HOLDING_NONE;
	} else if (!list->denied && !pidns_inode()) {
		socket->row.holding = HOLDING_FILE;
		socket->row.flags |= CONNECTION_UNHELD;
	}
}

int socket_holding_find(struct socket_list *list, struct socket_pending *pending)
{
	struct places places = {};
	int err = places_init(&places, list);

	if (!err)
		err = find_holders(list, &places);
	if (pending->count)
		qsort(pending->list, pending->count, sizeof(*pending->list), compare_pending);
	for (size_t i = 0; !err && i < list->count; i++) {
		struct listed_socket *socket = &list->list[i];
		const struct place *peer = places_find(&places, socket->unix_facts.peer_inode);

		if (peer)
			set_peer(&socket->unix_facts, &list->list[peer->number]);
		set_holding(list, socket);
		set_listener(list, pending,
			     socket->detail.inode ? socket->detail.inode
						  : socket->unix_facts.peer_inode,
			     socket);
	}
	free(places.list);
	return err;
}
