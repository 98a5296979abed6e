/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A bind or listen call that failed -> the socket that has the port. */
#ifndef TABLE_BLOCKER_H
#define TABLE_BLOCKER_H

#include <stdbool.h>
#include <stddef.h>

#include "netstate/wire.h"
#include "table/who.h"

/* The record is of a call that failed with EADDRINUSE, and nobody filled the blocker in. */
bool blocker_wanted(const void *record, size_t size);

/*
 * The one of `list` that is in the way of what `refusal` asked for, as bind(2) compares: the same
 * address, or either of them any; a listener before a bound socket before a connection. NULL: none.
 * Pure.
 */
const struct who_socket *blocker_choose(const struct wire_refusal *refusal,
					const struct who_socket *list, size_t count);

/* Asks the kernel's lists and fills refusal->blocker* in; what cannot be asked stays zero. `source` is
 * open. */
void blocker_ask(struct table_source *source, struct wire_refusal *refusal);

#endif
