/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire bytes -> struct event. Checks length, kind and version; trusts nothing. Pure. */
#ifndef EVENTS_DECODE_H
#define EVENTS_DECODE_H

#include <stddef.h>

#include "netstate/event.h"

/*
 * 0, or -EINVAL (too short, sizes disagree, a field out of range), -EPROTONOSUPPORT (another
 * version), -ENOMSG (a kind that this build does not know: to be counted and skipped). *ret_event
 * is written only on success.
 */
int event_decode(const void *record, size_t size, struct event *ret_event);

#endif
