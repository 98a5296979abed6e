/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What occupies a port beside connections: bound TCP sockets that neither listen nor connect, and UDP. */
#ifndef NETLINK_PORT_DIAG_H
#define NETLINK_PORT_DIAG_H

#include <stdbool.h>

#include "namespaces/namespaces.h"
#include "netstate/endpoint.h"

struct port_socket {
	uint64_t inode;
	uint64_t cookie;
	uint64_t cgroup_id;
	struct endpoint local, remote;
	uint32_t netns;
	uint32_t uid;
	uint32_t device; /* index of the one that it is bound to; 0: none */
	uint8_t family;
	uint8_t is_udp; /* 0: TCP, bound */
};

/*
 * Every such socket of every namespace of `spaces`; with `only_udp` no TCP. Those that cannot be read
 * are added to `unread`. 0, or -errno where nothing could be read. Bound ones are listed since Linux
 * 6.8.
 */
int port_diag_read(const struct namespaces *spaces, bool only_udp,
		   void (*handle)(void *context, const struct port_socket *socket),
		   struct namespaces *unread, void *context);

#endif
