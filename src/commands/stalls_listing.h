/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Listeners of every namespace with their half-open connections, as records, and as parts of an
 * answer of the helper. */
#ifndef COMMANDS_STALLS_LISTING_H
#define COMMANDS_STALLS_LISTING_H

#include "evidence/sources.h"
#include "namespaces/left_out.h"
#include "privilege/helper.h"

/* LISTENER records, then REQUEST records where a listener of that namespace has some. */
void stalls_listing_read(struct evidence_sources *evidence, stall_record_fn handle, void *context,
			 struct netns_left_out *ret_left);

/* In the helper: all records by helper_part(), *answer is the last part. */
void stalls_listing_send(struct evidence_sources *evidence, struct helper_answer *answer);
/* In the process that asked: the records of one part. */
void stalls_listing_unpack(const struct helper_answer *part, stall_record_fn handle, void *context);
/* ... and what the last part reports. */
void stalls_listing_end(const struct helper_answer *last, struct netns_left_out *ret_left);

#endif
