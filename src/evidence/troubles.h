/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What befalls connections while they are watched -> events of a store. */
#ifndef EVIDENCE_TROUBLES_H
#define EVIDENCE_TROUBLES_H

#include "evidence/store.h"
#include "kernel/trouble_hooks.h"

/* Sockets of the store in trouble already are followed from now on. */
void troubles_follow(struct trouble_hooks *hooks, const struct evidence_store *store);

/* Takes what waits; `store` has its sockets by cookie (evidence_store_by_cookie()). */
bool troubles_drain(struct trouble_hooks *hooks, struct evidence_store *store);

#endif
