/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The IPv6 addresses of the thread's namespace: can one be a source? */
#ifndef NETLINK_ADDRESS_H
#define NETLINK_ADDRESS_H

#include <stdint.h>

struct ipv6_addresses {
	uint32_t usable;    /* global ones; duplicate address detection is over, and found none */
	uint32_t tentative; /* global ones for which it is under way */
	uint32_t duplicate; /* global ones that another machine has, too */
};

/* 0 or -errno. */
int ipv6_addresses_ask(struct ipv6_addresses *ret_addresses);

#endif
