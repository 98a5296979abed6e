/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One connect that hangs or failed -> what the kernel and /proc report about it beside its socket. */
#ifndef EVIDENCE_CONNECT_H
#define EVIDENCE_CONNECT_H

#include "evidence/sources.h"

/* It hangs, and its socket is `socket`: its route, the next hop, the listener that its SYN came to.
 * True: news. */
bool connect_collect(struct evidence_sources *sources, const struct wire_stall_sock *socket,
		     struct stall *stall);

/* It is over: what is left to be asked depends on how it ended. */
void connect_collect_end(struct evidence_sources *sources, struct stall *stall);

#endif
