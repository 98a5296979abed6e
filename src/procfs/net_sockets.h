/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/net/{udp,raw}[6] and unix -> struct listed_socket, where there is no sock_diag. */
#ifndef PROCFS_NET_SOCKETS_H
#define PROCFS_NET_SOCKETS_H

#include "netstate/listed_socket.h"

/*
 * All of one protocol (FLOW_PROTOCOL_UDP, _RAW, _UNIX) that the files of `folder` list: those of the
 * namespace `netns`. No cookie, cgroup, mark or device; of UNIX neither user, queues nor far ends. 0,
 * what `take` returned, or -errno.
 */
int net_sockets_read(const char *folder, unsigned int protocol, uint32_t netns,
		     listed_socket_fn handle, void *context);

#endif
