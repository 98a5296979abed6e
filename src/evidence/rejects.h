/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A reset that no TCP of this host sent -> the firewall on this host that may have. */
#ifndef EVIDENCE_REJECTS_H
#define EVIDENCE_REJECTS_H

#include "evidence/sources.h"
#include "netlink/route.h"
#include "netstate/stall.h"

/* `route`: of the connect; fills in stall->reject. One part in 20 of the time, or once a second: a report
 * may come without. */
void rejects_collect(struct evidence_sources *sources, const struct route_answer *route,
		     struct stall *stall);

/* The same, of the connect's own namespace alone: the SYN did not leave it. */
void rejects_collect_own(struct evidence_sources *sources, struct stall *stall);

#endif
