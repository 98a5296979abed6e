/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's drop reasons, and functions where it gives none -> what they mean and what to do. Pure.
 */
#ifndef DIAGNOSIS_REASONS_H
#define DIAGNOSIS_REASONS_H

#include <stddef.h>

#include "netstate/stall.h"

struct reason_row {
	const char *reason;   /* enum skb_drop_reason without its prefix; NULL: any */
	const char *location; /* function; NULL: any */
	const char *command;  /* to look at it; NULL: none */
	const char *meaning;  /* one clause */
	const char *advice;   /* what to do next; NULL: the verdict's own */
	bool ordinary; /* the kernel frees packets so in the ordinary course: it proves nothing */
};

/* NULL: not in the table; the name alone speaks. */
const struct reason_row *reason_find(const struct stall_drop *drop);

/* What to do about it, and a command (see command.c for its words); NULL: the verdict's own serves. */
const char *reason_advice(const struct stall_drop *drop);
const char *reason_command(const struct stall_drop *drop);

/*
 * In the bridge's decision where to forward, before it makes copies (net/bridge/br_input.c,
 * br_forward.c). To a bridge's port each frame is one for another MAC address.
 */
bool reason_by_bridge(const struct stall_drop *drop);

#endif
