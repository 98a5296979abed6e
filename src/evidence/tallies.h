/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events that come in thousands -> one row each kind, namespace, process and service, with their
 * number and the last one: a watch of a busy machine needs no more of accepts and of TIME_WAITs.
 */
#ifndef EVIDENCE_TALLIES_H
#define EVIDENCE_TALLIES_H

#include "evidence/store.h"

struct tallies;

/* NULL: no memory. */
struct tallies *tallies_new(void);
void tallies_free(struct tallies *tallies);

/*
 * Like are events of the same kind, value, namespace and process, and of an accept the same local
 * port, of others the same remote end. Beyond a limit a row is left out and counted.
 */
void tallies_add(struct tallies *tallies, const struct evidence_event *event);

/* Gives the rows to the store; value2 is their number. */
void tallies_store(const struct tallies *tallies, struct evidence_store *store);

#endif
