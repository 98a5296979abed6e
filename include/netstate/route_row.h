/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Routes as /proc/net/route, rt_cache and ipv6_route have them. Numbers are as netstat shows them:
 * 32 bits, signed. */
#ifndef NETSTATE_ROUTE_ROW_H
#define NETSTATE_ROUTE_ROW_H

#include <stdint.h>

#define ROUTE_INTERFACE_SIZE 16 /* IFNAMSIZ: always terminated */

/* Bits of `flags` (include/uapi/linux/route.h, ipv6_route.h) that do more than give a letter. */
#define ROUTE_UP 0x1u
#define ROUTE_GATEWAY 0x2u
#define ROUTE_HOST 0x4u
#define ROUTE_REJECT 0x200u
#define ROUTE_CACHE 0x1000000u

struct route4_row {
	uint8_t destination[4]; /* addresses in network order */
	uint8_t gateway[4];
	uint8_t mask[4];
	uint32_t flags;
	int32_t references;
	int32_t use;
	int32_t metric;
	int32_t mss;
	int32_t window;
	int32_t irtt;
	char interface[ROUTE_INTERFACE_SIZE];
	/* routing cache only; the kernels that had one ended with 3.5 */
	uint8_t source[4];
	uint8_t specific[4];
	int32_t tos;
	int32_t header_references;
	int32_t header_uptodate;
};

struct route6_row {
	uint8_t destination[16];
	uint8_t gateway[16];
	uint8_t prefix;
	uint32_t flags;
	int32_t metric;
	int32_t references;
	int32_t use;
	char interface[ROUTE_INTERFACE_SIZE];
};

#endif
