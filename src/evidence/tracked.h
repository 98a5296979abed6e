/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Does connection tracking of a namespace know the connections that get no acknowledgement? Those few
 * are asked about one by one, in every namespace that tracks anything.
 */
#ifndef EVIDENCE_TRACKED_H
#define EVIDENCE_TRACKED_H

#include "evidence/store.h"

struct tracked;

/* The sockets of the store that get no answer, at most TRACKED_MAX. NULL: none, or no memory. */
#define TRACKED_MAX 64
struct tracked *tracked_new(const struct evidence_store *store);
void tracked_free(struct tracked *tracked);

/* In the namespace of `space` already: adds an EVIDENCE_TRACKED for each of them where this
 * namespace tracks connections, and an EVIDENCE_NEXT_HOP for its own ones. */
void tracked_read(const struct tracked *tracked, const struct evidence_space *space,
		  struct evidence_store *store);

#endif
