/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sock_diag, else /proc -> every UDP, raw and UNIX socket; the walk -> bound TCP sockets. */
#include "table/sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/list_grow.h"
#include "base/say.h"
#include "netlink/socket_diag.h"
#include "procfs/net_sockets.h"
#include "table/socket_holding.h"
#include "table/socket_unheld.h"
#include "table/sockets_bound.h"

/* This thread's namespace, which it has entered. */
#define NET_FOLDER "/proc/thread-self/net"

#define OWN_PROTOCOLS                                                                              \
	(SOCKETS_BIT(FLOW_PROTOCOL_UDP) | SOCKETS_BIT(FLOW_PROTOCOL_RAW) |                         \
	 SOCKETS_BIT(FLOW_PROTOCOL_UNIX))

struct reading {
	listed_socket_fn handle; /* is given this reading */
	struct socket_list *list;
	struct socket_unheld *unheld;
	struct socket_pending *pending;
	unsigned int protocols;
};

/* Offsets until all are read: the buffer moves. */
static int keep_path(struct socket_list *list, struct listed_socket *socket)
{
	struct unix_facts *facts = &socket->unix_facts;
	size_t at = list->names.len;

	if (!facts->path)
		return 0;
	buf_put(&list->names, facts->path, facts->path_size);
	buf_putc(&list->names, '\0');
	if (list->names.failed)
		return -ENOMEM;
	facts->path = NULL;
	facts->peer_path_size = at;
	return 0;
}

static void resolve_paths(struct socket_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct unix_facts *facts = &list->list[i].unix_facts;

		if (facts->path_size)
			facts->path = list->names.data + facts->peer_path_size;
		facts->peer_path_size = 0;
	}
}

/* listed_socket_fn */
static int add_socket(void *context, const struct listed_socket *socket, const uint32_t *pending,
		      size_t pending_count)
{
	struct reading *reading = context;
	struct socket_list *list = reading->list;
	int err;

	if (list->count >= list->max) {
		list->left_out++;
		return 0;
	}
	err = LIST_GROW(list->list, list->count, list->room);
	if (err)
		return err;
	list->list[list->count] = *socket;
	err = keep_path(list, &list->list[list->count]);
	if (!err)
		err = socket_pending_add(reading->pending, list->count, pending, pending_count);
	list->count += !err;
	return err;
}

/* A dump during which the list changed (-EAGAIN) has given what it gives. */
static int read_protocol(struct reading *reading, unsigned int protocol, uint32_t netns)
{
	_cleanup_(cleanup_close) int fd = netlink_open(NETLINK_SOCK_DIAG);
	size_t before = reading->list->count;
	int err = fd < 0 ? fd : socket_diag_read(fd, protocol, netns, reading->handle, reading);

	if (!err || err == -EAGAIN || err == -ENOMEM)
		return err == -ENOMEM ? err : 0;
	reading->list->count = before;
	err = net_sockets_read(NET_FOLDER, protocol, netns, reading->handle, reading);
	if (reading->list->count > before)
		reading->list->by_text |= SOCKETS_BIT(protocol);
	return err;
}

static int read_space(void *context, const struct namespace *space)
{
	struct reading *reading = context;
	int err = namespace_enter(space);

	for (unsigned int protocol = 0; !err && protocol < FLOW_PROTOCOL_MAX; protocol++) {
		if (reading->protocols & SOCKETS_BIT(protocol))
			err = read_protocol(reading, protocol, space->inode);
	}
	return err;
}

static void note_unread(void *context, uint32_t netns, int err)
{
	if (!namespace_is_gone(err))
		namespaces_add(context, &(struct namespace){.inode = netns});
}

static int read_all(struct table_source *source, struct reading *reading)
{
	struct namespaces spaces = {};
	int err = table_source_namespaces(source, &spaces);

	if (!err && source->walk)
		err = walk_find_ways(source->walk, &spaces);
	if (!err)
		err = namespaces_read_each(&spaces, read_space, reading, note_unread,
					   &source->unread);
	namespaces_release(&spaces);
	return err;
}

/* listed_socket_fn */
static int confirm_socket(void *context, const struct listed_socket *socket,
			  const uint32_t *pending, size_t pending_count)
{
	struct reading *reading = context;

	socket_unheld_confirm(reading->unheld, socket->detail.inode);
	return 0;
}

/* A socket that was closed between the two scans, or went from process to process, had no holder. */
static int confirm_unheld(struct table_source *source, struct socket_list *list)
{
	struct socket_unheld unheld = {};
	struct reading reading = {.handle = confirm_socket,
				  .list = list,
				  .unheld = &unheld,
				  .protocols = SOCKETS_BIT(FLOW_PROTOCOL_UNIX)};
	int err = socket_unheld_init(&unheld, list);

	if (!err && unheld.count)
		err = read_all(source, &reading);
	if (!err && unheld.count)
		err = socket_unheld_settle(&unheld, list);
	socket_unheld_release(&unheld);
	return err;
}

int socket_list_read(struct table_source *source, unsigned int protocols,
		     struct socket_list *ret_list)
{
	struct socket_pending pending = {};
	struct reading reading = {.handle = add_socket,
				  .list = ret_list,
				  .pending = &pending,
				  .protocols = protocols & OWN_PROTOCOLS};
	int err = reading.protocols ? read_all(source, &reading) : 0;

	if (!err && protocols & SOCKETS_BOUND)
		ret_list->bound_unknown = sockets_bound_read(source, add_socket, &reading) != 0;
	resolve_paths(ret_list);
	if (!err)
		err = socket_holding_find(ret_list, &pending);
	if (!err)
		err = confirm_unheld(source, ret_list);
	socket_pending_release(&pending);
	return err;
}

void socket_list_release(struct socket_list *list)
{
	free(list->list);
	free(list->owners);
	buf_release(&list->names);
	*list = (struct socket_list){};
}

void socket_list_say(const struct socket_list *list, const char *command)
{
	static const struct {
		unsigned int protocol;
		const char *module, *missing;
	} rows[] = {
		{FLOW_PROTOCOL_UDP, "udp_diag", "cookie, mark and device"},
		{FLOW_PROTOCOL_RAW, "raw_diag", "cookie, mark and device"},
		{FLOW_PROTOCOL_UNIX, "unix_diag", "cookie, uid, queues, peers and listeners"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (list->by_text & SOCKETS_BIT(rows[i].protocol))
			say("%s: no sock_diag for %s sockets (kernel module %s); they are read from /proc/net: %s are null",
			    command, flow_protocol_name(rows[i].protocol), rows[i].module,
			    rows[i].missing);
	}
	if (list->bound_unknown)
		say("%s: bound sockets could not be read", command);
	if (list->left_out)
		say("%s: %zu sockets are not in the list: it is full at %zu rows (--max-rows)",
		    command, list->left_out, list->max);
}
