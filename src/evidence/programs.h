/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A device that leads to a program of this host -> that program. */
#ifndef EVIDENCE_PROGRAMS_H
#define EVIDENCE_PROGRAMS_H

#include "evidence/sources.h"

/* Of its route's device, or of the one that the last namespace forwards it to, where that is a tun or tap. */
void programs_collect(struct evidence_sources *sources, struct stall *stall);

#endif
