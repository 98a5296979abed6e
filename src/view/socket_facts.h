/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel and /proc report about one socket and its process -> lines for live's pane. Pure. */
#ifndef VIEW_SOCKET_FACTS_H
#define VIEW_SOCKET_FACTS_H

#include "base/buf.h"
#include "netstate/evidence.h"

/* Each writes whole lines; a fact that is not known is left out. */
void socket_facts_text(const struct socket_detail *socket, struct buf *out);
/* `command`: its command line; "": not known. */
void process_facts_text(const struct evidence_process *process, const char *command,
			struct buf *out);

#endif
