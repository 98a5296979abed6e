/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where would the kernel send a packet for this address, and is the next hop there? In the thread's
 * namespace. */
#ifndef NETLINK_ROUTE_H
#define NETLINK_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "netstate/endpoint.h"
#include "netstate/stall.h"

struct route_answer {
	uint8_t route;	  /* enum stall_route */
	bool local;	  /* the address is one of this namespace's own */
	uint32_t ifindex; /* 0: none */
	uint32_t table;	  /* that the route is in; 0: not known */
	char device[17];
	struct endpoint next_hop; /* the gateway, or the address itself */
	struct endpoint source;	  /* that the kernel would choose; all zero: not known */
	char text[64];		  /* of a route that refuses: "blackhole 10.9.0.0/16"; "" */
};

/* What the kernel would be asked by a socket. */
struct route_question {
	struct endpoint to;   /* with a port 0: without ports */
	struct endpoint from; /* all zero: not bound */
	uint32_t uid;
	uint32_t mark;
	uint32_t ifindex; /* of the device that it is bound to; 0: none */
};

/* 0, or -errno where the kernel could not be asked. Routes that refuse are an answer, not an error.
 */
int route_ask(const struct route_question *question, struct route_answer *ret_answer);

/* enum stall_known: is there a rule of type prohibit, or such a route in a table that rules lead to? It
 * may refuse this address to sockets with a mark, a bound device or address. */
uint8_t route_prohibits_some(const struct endpoint *remote);

/* enum stall_neighbour of an address on a link; UNKNOWN where there is no entry. 0, or -errno where the
 * kernel could not be asked. */
int neighbour_ask(uint32_t ifindex, const struct endpoint *address, uint8_t *ret_state);

#endif
