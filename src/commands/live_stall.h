/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why a connect hangs, for live's pane: what `stalls` would say of it from one reading by sock_diag. */
#ifndef COMMANDS_LIVE_STALL_H
#define COMMANDS_LIVE_STALL_H

#include "evidence/sources.h"
#include "netstate/stall.h"

/* Zero-initialise. */
struct live_stall {
	struct evidence_sources sources;
	bool opened, refused;
	bool found; /* the connection that was asked for is in SYN_SENT */
	struct stall stall;
	uint64_t read_ns;
};

/* Asks the kernel, with privileges; cookie 0: about none. */
void live_stall_read(struct live_stall *stall, uint64_t cookie);
/* Judges: the report's lines in `width` columns, where it was found. `flow`: of the same socket, with
 * its process; NULL: not known. */
void live_stall_text(struct live_stall *stall, const struct flow *flow, unsigned int width,
		     struct buf *out);

#endif
