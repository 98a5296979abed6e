/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses of the thread's namespace: can an IPv6 one be a source, which device has one? */
#ifndef NETLINK_ADDRESS_H
#define NETLINK_ADDRESS_H

#include <stdint.h>

#include "netstate/endpoint.h"

struct ipv6_addresses {
	uint32_t usable;    /* global ones; duplicate address detection is over, and found none */
	uint32_t tentative; /* global ones for which it is under way */
	uint32_t duplicate; /* global ones that another machine has, too */
};

/* 0 or -errno. */
int ipv6_addresses_ask(struct ipv6_addresses *ret_addresses);

/* The device that has this address, of either family. 0; -ENOENT: none has; or another -errno. */
int address_device_ask(const struct endpoint *address, uint32_t *ret_ifindex);

#endif
