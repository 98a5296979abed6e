/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Routes of the families besides IP, as their files in /proc/net have them. Every text is
 * terminated. */
#ifndef NETSTATE_OTHER_ROUTE_ROW_H
#define NETSTATE_OTHER_ROUTE_ROW_H

#include <stdint.h>

#define ROSE_NEIGHBOURS 3 /* a node has at most so many */

struct ax25_route {
	char call[10];
	char device[5];
	int32_t use;
};

struct netrom_route {
	char call[10];
	char mnemonic[8];
	char quality[4];   /* of the neighbour in use */
	char neighbour[6]; /* its number, as text */
};

struct rose_route {
	char address[11];
	unsigned int count;
	char neighbours[ROSE_NEIGHBOURS][6];
};

/* A line of nr_neigh or rose_neigh. */
struct neighbour {
	char number[6];
	char call[10];
	char device[6];
};

struct x25_route {
	char address[16];
	int32_t digits;
	char device[11];
};

struct ipx_route {
	uint32_t network;
	uint32_t router_network;
	uint8_t router_node[6];
};

struct ddp_route {
	char destination[32];
	char gateway[32];
	uint32_t flags;
	char device[32];
};

#endif
