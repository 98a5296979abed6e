/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The walk over the ports, else sock_diag -> every bound TCP socket. */
#include "table/sockets_bound.h"

#include "netlink/port_diag.h"
#include "netstate/tcp_state.h"

struct reading {
	listed_socket_fn handle;
	void *context;
	int err;
};

static void give(struct reading *reading, const struct flow *flow,
		 const struct connection_detail *detail)
{
	const struct listed_socket socket = {
		.row = {.flow = *flow,
			.state = TCP_STATE_CLOSE,
			.flags = CONNECTION_BOUND | CONNECTION_LISTED | CONNECTION_SINCE_UNKNOWN},
		.detail = *detail,
	};

	if (!reading->err)
		reading->err = reading->handle(reading->context, &socket, NULL, 0);
}

static void on_rows(void *context, const struct listed_connection *listed, size_t count)
{
	for (size_t i = 0; i < count; i++)
		give(context, &listed[i].flow, &listed[i].detail);
}

static void on_port(void *context, const struct port_socket *port)
{
	const struct flow flow = {
		.cookie = port->cookie,
		.local = port->local,
		.remote = port->remote,
		.netns = port->netns,
		.uid = port->uid,
		.cgroup_id = port->cgroup_id,
		.family = port->family,
	};
	const struct connection_detail detail = {.inode = port->inode,
						 .uid = port->uid,
						 .device = port->device,
						 .has = DETAIL_HAS_DEVICE};

	if (!port->is_udp)
		give(context, &flow, &detail);
}

static int read_by_sock_diag(struct table_source *source, struct reading *reading)
{
	struct namespaces spaces = {};
	int err = table_source_namespaces(source, &spaces);

	if (!err)
		err = port_diag_read(&spaces, false, on_port, &source->unread, reading);
	namespaces_release(&spaces);
	return err ? err : reading->err;
}

int sockets_bound_read(struct table_source *source, listed_socket_fn handle, void *context)
{
	struct reading reading = {.handle = handle, .context = context};
	const struct socket_rows_handler handler = {
		.rows = on_rows, .context = &reading, .details = true};
	int err = source->walk ? walk_read_bound(source->walk, NULL, &handler) : -1;

	if (err)
		return read_by_sock_diag(source, &reading);
	return reading.err;
}
