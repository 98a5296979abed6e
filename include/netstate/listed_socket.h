/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A UDP, raw or UNIX socket: what a connection has, and what only these have. */
#ifndef NETSTATE_LISTED_SOCKET_H
#define NETSTATE_LISTED_SOCKET_H

#include <stddef.h>
#include <stdint.h>

#include "netstate/connection.h"

#define LISTED_SOCKET_NO_UID UINT32_MAX

/*
 * Of a UNIX socket. 0 and NULL where there is none, and where the source does not have it. Names are any
 * bytes, an abstract one begins with '@'; in a list there is a NUL behind them.
 */
struct unix_facts {
	uint64_t peer_inode; /* 0: none, or the far end waits for accept */
	const char *path;
	const char *peer_path;
	const struct connection_owner *peer_owners; /* who holds the far end */
	size_t path_size, peer_path_size, peer_owner_count;
	uint8_t type; /* SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET */
};

/*
 * state CLOSE: not connected. UNIX sockets have no ends; the local port of a raw one is its IP protocol.
 */
struct listed_socket {
	struct connection row;
	struct connection_detail detail;
	struct unix_facts unix_facts;
	/* in whose accept queue it, or its far end, waits; NULL */
	const struct connection *listener;
	/* every process that holds it */
	const struct connection_owner *owners;
	size_t owner_count;
};

/*
 * One socket of a list that is read. `socket` is borrowed, with its path; peer_inode is set, who holds
 * it is not. `pending`: the inodes of those that wait in a UNIX listener's accept queue, by their far
 * ends. Nonzero ends the reading.
 */
typedef int (*listed_socket_fn)(void *context, const struct listed_socket *socket,
				const uint32_t *pending, size_t pending_count);

#endif
