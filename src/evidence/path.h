/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The way of a SYN: what the routing tables and the neighbour table of a namespace say. */
#ifndef EVIDENCE_PATH_H
#define EVIDENCE_PATH_H

#include "evidence/socket_options.h"
#include "evidence/sources.h"
#include "netlink/route.h"

/* False: not known, the kernel could not be asked. */
bool path_ask_route(struct evidence_sources *sources, uint32_t netns,
		    const struct route_question *question, struct route_answer *ret_answer);

/* The route of this connect. `options`: of its socket; NULL: not known. False: the kernel could not
 * be asked. */
bool path_ask(struct evidence_sources *sources, const struct socket_options *options,
	      const struct stall *stall, struct route_answer *ret_answer);

/* As connect() asked that failed without a SYN. */
bool path_ask_refused(struct evidence_sources *sources, const struct socket_options *options,
		      const struct stall *stall, struct route_answer *ret_answer);

/* The route, and the state of its next hop, into the evidence. */
void path_collect(struct evidence_sources *sources, const struct route_answer *route,
		  struct stall *stall);

/* Which rule led to that route, where it is in none of the standard tables. */
void path_collect_policy(struct evidence_sources *sources, const struct socket_options *options,
			 const struct route_answer *route, struct stall *stall);

/* Only whether its destination is an address of its own namespace. */
void path_collect_local(struct evidence_sources *sources, struct stall *stall);

/* Do some rules or routes refuse this address? */
void path_collect_prohibits(struct evidence_sources *sources, struct stall *stall);

/* Does an IPsec policy of type block stand in its way? */
void path_collect_ipsec(struct evidence_sources *sources, const struct socket_options *options,
			const struct route_answer *route, struct stall *stall);

/* The route of a SYN that netfilter dropped on its way out, with the mark and the address that it had then. */
void path_collect_reroute(struct evidence_sources *sources, const struct socket_options *options,
			  struct stall *stall);

#endif
