/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/net/{udp,raw}[6] and unix -> struct listed_socket. */
#include "procfs/net_sockets.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "netstate/tcp_state.h"
#include "procfs/inet.h"
#include "procfs/lines.h"
#include "procfs/unix.h"

#define ACCEPTS (1u << 16) /* __SO_ACCEPTCON */
#define SS_CONNECTING 2	   /* include/uapi/linux/net.h: enum socket_state */
#define SS_CONNECTED 3

struct listing {
	const char *folder;
	listed_socket_fn handle;
	void *context;
	uint32_t netns;
	uint8_t protocol;
};

static struct listed_socket socket_of(const struct listing *listing)
{
	return (struct listed_socket){
		.row = {.flow = {.netns = listing->netns,
				 .protocol = listing->protocol,
				 .uid = LISTED_SOCKET_NO_UID},
			.flags = CONNECTION_SINCE_UNKNOWN},
	};
}

/* ---------------------------------------------------------------- UDP and raw */

static int on_inet_line(const struct listing *listing, const char *line, bool is_v6)
{
	struct listed_socket socket = socket_of(listing);
	struct inet_row row;

	if (!inet_line_parse(line, INET_PROTOCOL_UDP, is_v6, &row))
		return 0;
	socket.row.state = row.state;
	socket.row.flow.family = is_v6 ? AF_INET6 : AF_INET;
	socket.row.flow.local = row.local;
	socket.row.flow.remote = row.remote;
	socket.row.flow.uid = (uint32_t)row.uid;
	socket.row.recv_queue = (uint32_t)row.rx_queue;
	socket.row.send_queue = (uint32_t)row.tx_queue;
	socket.row.flags |= CONNECTION_QUEUES;
	socket.detail.inode = row.inode;
	return listing->handle(listing->context, &socket, NULL, 0);
}

/* The first line is a title, which does not parse. */
static int read_inet(const struct listing *listing, const char *name, bool is_v6)
{
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	int err = lines_open(&lines, listing->folder, name), got;
	char *line;
	size_t size;

	while (!err && (got = lines_next(&lines, &line, &size)))
		err = got < 0 ? got : on_inet_line(listing, line, is_v6);
	return err;
}

/* IPv6 may be switched off: it has no files then. */
static int read_both(const struct listing *listing, const char *v4, const char *v6)
{
	int err = read_inet(listing, v4, false);

	if (err)
		return err;
	err = read_inet(listing, v6, true);
	return err == -ENOENT ? 0 : err;
}

/* ---------------------------------------------------------------- UNIX */

static uint8_t state_of(const struct unix_row *row)
{
	if (row->flags & ACCEPTS)
		return TCP_STATE_LISTEN;
	return row->state == SS_CONNECTED    ? TCP_STATE_ESTABLISHED
	       : row->state == SS_CONNECTING ? TCP_STATE_SYN_SENT
					     : TCP_STATE_CLOSE;
}

static int on_unix_line(const struct listing *listing, const char *line)
{
	struct listed_socket socket = socket_of(listing);
	struct unix_row row;

	if (!unix_line_parse(line, true, &row))
		return 0;
	socket.row.state = state_of(&row);
	socket.row.flow.family = AF_UNIX;
	socket.detail.inode = row.inode;
	socket.unix_facts.type = (uint8_t)row.type;
	if (row.path_length) {
		socket.unix_facts.path = row.path;
		socket.unix_facts.path_size = row.path_length;
	}
	return listing->handle(listing->context, &socket, NULL, 0);
}

static int read_unix(const struct listing *listing)
{
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	int err = lines_open(&lines, listing->folder, "unix"), got;
	char *line;
	size_t size;

	while (!err && (got = lines_next(&lines, &line, &size)))
		err = got < 0 ? got : on_unix_line(listing, line);
	return err;
}

int net_sockets_read(const char *folder, unsigned int protocol, uint32_t netns,
		     listed_socket_fn handle, void *context)
{
	const struct listing listing = {folder, handle, context, netns, (uint8_t)protocol};

	switch (protocol) {
	case FLOW_PROTOCOL_UDP:
		return read_both(&listing, "udp", "udp6");
	case FLOW_PROTOCOL_RAW:
		return read_both(&listing, "raw", "raw6");
	case FLOW_PROTOCOL_UNIX:
		return read_unix(&listing);
	default:
		return -EPROTONOSUPPORT;
	}
}
