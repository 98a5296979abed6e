/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The socket of a connect: read as it stands, its handshake packets followed. */
#ifndef EVIDENCE_SOCKET_H
#define EVIDENCE_SOCKET_H

#include "diagnosis/attempts.h"
#include "evidence/sources.h"

/* As it stands now. 0, or -ENOENT: it is another one by now, or gone. */
int socket_read(struct evidence_sources *sources, uint64_t sock, uint64_t cookie,
		struct wire_stall_sock *ret_sock);

/* What was read, into the recording and the answer: state, error, whether it is still in SYN_SENT. */
void socket_report(struct evidence_sources *sources, const struct wire_stall_sock *sock,
		   struct attempt_answer *answer);

/* From now on its handshake packets are followed, of a socket in SYN_SENT.
 * -errno: the table of those is full. */
int socket_follow(struct evidence_sources *sources, const struct wire_stall_sock *sock);
void socket_unfollow(struct evidence_sources *sources, uint32_t isn);

#endif
