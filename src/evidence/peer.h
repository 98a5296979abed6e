/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The other end of a connect, where it is on this host: its listener. */
#ifndef EVIDENCE_PEER_H
#define EVIDENCE_PEER_H

#include "evidence/sources.h"

/* stall->peer says where the SYN was seen last: is that its destination, and who listens there? */
void peer_collect(struct evidence_sources *sources, struct stall *stall);

/* The last accept of the listener that peer_collect() found, as events report it; it asks nobody. */
void peer_collect_accept(struct evidence_sources *sources, struct stall *stall);

#endif
