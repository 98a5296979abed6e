/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Other network namespaces of this host: which has an address, where somebody listens on a port. */
#ifndef EVIDENCE_PLACES_H
#define EVIDENCE_PLACES_H

#include "evidence/sources.h"
#include "netlink/route.h"

/* Beyond so many namespaces none is searched; together the searches take one part in PLACES_SHARE of
 * the time. */
#define PLACES_MAX 256
#define PLACES_SHARE 20

/* Where the next hop is, of a connect that does not get past it; who sent its ICMP error. */
void places_collect(struct evidence_sources *sources, const struct route_answer *route,
		    struct stall *stall);

/* Which namespace, other than `own`, has the address; however much of the time searches took. */
void places_find(struct evidence_sources *sources, uint32_t own, const struct endpoint *address,
		 struct stall_place *ret_place);

/* Nobody listens for it where the SYN came: who does elsewhere, on that port? */
void places_collect_listener(struct evidence_sources *sources, struct stall_peer *peer);

#endif
