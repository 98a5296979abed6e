/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* UDP, raw and UNIX sockets of one network namespace by sock_diag netlink (sock_diag(7)). */
#ifndef NETLINK_SOCKET_DIAG_H
#define NETLINK_SOCKET_DIAG_H

#include "netlink/ask.h"
#include "netstate/listed_socket.h"

/*
 * All of one protocol (FLOW_PROTOCOL_UDP, _RAW, _UNIX) in the descriptor's namespace, whose inode is
 * `netns`. 0, what `take` returned, or -errno: -ENOENT where the kernel lacks the module.
 */
int socket_diag_read(int fd, unsigned int protocol, uint32_t netns, listed_socket_fn handle,
		     void *context);

#endif
