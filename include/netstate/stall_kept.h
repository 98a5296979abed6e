/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A record of a recording: a report of `netstate stalls` with all that it rests on, the answers of
 * the routing tables, neighbours, listeners, ports and owners among it, as it lies in memory. It is
 * judged anew at a replay. Written by userspace, for a netstate of the same layout.
 */
#ifndef NETSTATE_STALL_KEPT_H
#define NETSTATE_STALL_KEPT_H

#include "netstate/stall.h"
#include "netstate/wire_stall.h"

struct stall_kept {
	struct wire_head head; /* ktime_ns: of the report */
	uint32_t stall_size;   /* sizeof(struct stall) of who wrote it */
	uint8_t update;	       /* enum stall_update; STALL_UPDATE_MAX: not printed, only for sums */
	uint8_t nothing_new;   /* 1: it says what the one before said */
	uint8_t pad[2];
	struct stall_senses senses;
	struct stall stall;
};

#endif
