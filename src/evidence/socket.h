/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The socket of a connect: read as it stands, its handshake packets followed. */
#ifndef EVIDENCE_SOCKET_H
#define EVIDENCE_SOCKET_H

#include "diagnosis/attempts.h"
#include "evidence/sources.h"

/* Reads it into the attempt's stall; says whether it is still in SYN_SENT. */
void socket_collect(struct evidence_sources *sources, struct attempt *attempt,
		    struct attempt_answer *answer);

/* From now on its handshake packets are followed, of a socket that socket_collect() found pending.
 * answer->followed: so they are. */
void socket_follow(struct evidence_sources *sources, struct attempt *attempt,
		   struct attempt_answer *answer);
void socket_unfollow(struct evidence_sources *sources, struct attempt *attempt);

#endif
