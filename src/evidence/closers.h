/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who closed which connection while it was watched: an orphan and a minisocket have no process any
 * more. The latest are kept, by cookie.
 */
#ifndef EVIDENCE_CLOSERS_H
#define EVIDENCE_CLOSERS_H

#include "evidence/store.h"
#include "netstate/event.h"

struct closers;

/* NULL: no memory. */
struct closers *closers_new(void);
void closers_free(struct closers *closers);

/* A state event; its closer, or else its owner, is kept. */
void closers_note(struct closers *closers, const struct event *event);

/*
 * Adds an EVIDENCE_CLOSED for each socket of the store that no process holds, and whose closer was
 * seen here or held it in the earlier look; gives resets that name nobody their process.
 */
void closers_store(const struct closers *closers, const struct evidence_store *before,
		   struct evidence_store *store);

#endif
