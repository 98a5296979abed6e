/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ends TCP sockets by sock_diag's SOCK_DESTROY (4.5, CONFIG_INET_DIAG_DESTROY). Needs CAP_NET_ADMIN. */
#ifndef NETLINK_DESTROY_H
#define NETLINK_DESTROY_H

#include <stddef.h>

#include "namespaces/namespaces.h"
#include "netstate/connection.h"

struct destroy_target {
	struct flow flow;
	uint32_t device; /* index of the device that it is bound to; 0: none */
	uint64_t inode;	 /* by tcp_find_inodes(): of its file; 0: it has none */
	int result;	 /* 0: ended, found; -errno: -ENOENT where it was gone already */
};

/*
 * Each target in its namespace. Cookies make sure that no later socket with the same addresses is
 * ended. A target whose namespace `spaces` lacks, or that cannot be entered, has a result too.
 */
void tcp_destroy(const struct namespaces *spaces, struct destroy_target *targets, size_t count);

/* The inode of each target's file, as the kernel reports it of the socket with that cookie and those ends. */
void tcp_find_inodes(const struct namespaces *spaces, struct destroy_target *targets, size_t count);

#endif
