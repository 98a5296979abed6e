/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions to connection tracking of each namespace that a SYN comes through -> evidence. */
#ifndef EVIDENCE_TRACKING_H
#define EVIDENCE_TRACKING_H

#include "evidence/sources.h"

/* Of a connect that hangs. */
void tracking_collect(struct evidence_sources *sources, struct stall *stall);
/* Of one that ended: who has the port of a SYN that was dropped since it was last asked about. */
void tracking_collect_end(struct evidence_sources *sources, struct stall *stall);

#endif
