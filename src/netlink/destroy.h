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
	int result;	 /* 0: ended; -errno: -ENOENT where it was gone already */
};

/*
 * Each target in its namespace. Cookies make sure that no later socket with the same addresses is
 * ended. A target whose namespace `spaces` lacks, or that cannot be entered, has a result too.
 */
void tcp_destroy(const struct namespaces *spaces, struct destroy_target *targets, size_t count);

#endif
