/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who takes the local ports to a destination. */
#ifndef EVIDENCE_PORTS_H
#define EVIDENCE_PORTS_H

#include "evidence/sources.h"

/* Sockets of the connect's namespace with this remote end, counted by local port. */
void ports_collect(struct evidence_sources *sources, struct stall *stall);

#endif
