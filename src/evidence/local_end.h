/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The connect's own end: its address, and the device that its SYN leaves by. */
#ifndef EVIDENCE_LOCAL_END_H
#define EVIDENCE_LOCAL_END_H

#include "evidence/path.h"
#include "netlink/link.h"

/* `source`: the address that it has or is bound to; NULL: none, or not known. `route`: NULL: not
 * known. */
void local_end_collect(struct evidence_sources *sources, const struct endpoint *source,
		       const struct route_answer *route, struct stall *stall);

/* Is the device of its last route there, and up? Of a connect that has none any more. */
void local_end_collect_used(struct evidence_sources *sources, struct stall *stall);

/* A device of a namespace. False: it could not be asked about. */
bool local_end_ask_device(struct evidence_sources *sources, uint32_t netns, uint32_t ifindex,
			  struct link_answer *ret_answer);

#endif
