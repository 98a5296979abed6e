/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hooks that report what befalls connections that exist: retransmits, drops, resets. They cost as
 * long as they are attached, which is from new to free. Nothing here prints.
 */
#ifndef KERNEL_TROUBLE_HOOKS_H
#define KERNEL_TROUBLE_HOOKS_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include "netstate/wire_trouble.h"

struct trouble_hooks; /* opaque */

/* One sentence each about what this kernel lacks, without "netstate:" and full stop. */
#define TROUBLE_HOOKS_WARNINGS_MAX 4
struct trouble_hooks_report {
	char warnings[TROUBLE_HOOKS_WARNINGS_MAX][160];
	unsigned int warning_count;
};

/* 0 or -errno: then nothing is attached. */
int trouble_hooks_new(struct trouble_hooks_report *ret_report, struct trouble_hooks **ret_hooks);
void trouble_hooks_free(struct trouble_hooks *hooks);

/* Its packets are looked for among the dropped ones from now on. Those of sockets that retransmit
 * later follow by themselves. */
void trouble_hooks_follow(struct trouble_hooks *hooks, const struct trouble_ends *ends,
			  const struct trouble_followed *row);

/* `reason`: the running kernel's name without prefix, "" where it reports none; `place`: a function
 * of the kernel or "". */
typedef void (*trouble_record_fn)(void *context, const struct wire_trouble *record,
				  const char *reason, const char *place);

/* Hands out what waits, a turn of it; a record is valid during its call. True: more may wait. */
bool trouble_hooks_drain(struct trouble_hooks *hooks, trouble_record_fn handle, void *context);

/* Readable when records wait. */
int trouble_hooks_fd(const struct trouble_hooks *hooks);
uint64_t trouble_hooks_lost(const struct trouble_hooks *hooks);
/* At most so many passed unseen, see skips.h. `hooks` may be NULL. */
uint64_t trouble_hooks_skipped(const struct trouble_hooks *hooks);

#endif
