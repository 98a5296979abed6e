/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* UDP, raw, UNIX and bound TCP sockets of all network namespaces, and who holds them: list -u -w -x -B. */
#ifndef TABLE_SOCKETS_H
#define TABLE_SOCKETS_H

#include "base/buf.h"
#include "netstate/listed_socket.h"
#include "table/source.h"

#define SOCKETS_BIT(protocol) (1u << (protocol)) /* enum flow_protocol */
#define SOCKETS_BOUND (1u << FLOW_PROTOCOL_MAX)	 /* TCP: neither listen nor connect */

/* Zero-initialise. */
struct socket_list {
	struct listed_socket *list;
	size_t count, room;
	size_t max;	      /* rows; by the caller */
	size_t left_out;      /* beyond them */
	struct buf names;     /* paths, one behind the other */
	unsigned int by_text; /* SOCKETS_BIT(): read from /proc, as the kernel lacks sock_diag */
	struct connection_owner *owners; /* of all, by socket */
	size_t owner_count;
	bool denied;	    /* some process could not be looked into */
	bool bound_unknown; /* bound ones could not be read */
};

/*
 * Those of these protocols (SOCKETS_BIT(), SOCKETS_BOUND). `source` is open; a pass of it found the namespaces that
 * only descriptors lead to. 0 or -errno; to be released in any case.
 */
int socket_list_read(struct table_source *source, unsigned int protocols,
		     struct socket_list *ret_list);
void socket_list_release(struct socket_list *list);

/* Says what is missing. */
void socket_list_say(const struct socket_list *list, const char *command);

#endif
