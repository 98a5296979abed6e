/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* CLOCK_MONOTONIC of an event -> the texts of its time. The date and clock of a second are worked
 * out once. */
#ifndef VIEW_CLOCK_H
#define VIEW_CLOCK_H

#include "view/view.h"

#define CLOCK_TEXT_MAX 32

/* RFC 3339, UTC, nanoseconds: 2026-11-20T10:15:02.120451003Z. Writes at `to`, without a NUL;
 * returns the end. */
char *clock_rfc3339(struct view *view, uint64_t ktime_ns, char *to);

/* As view->time says; with its date where that is not view->today. */
char *clock_text(struct view *view, uint64_t ktime_ns, char *to);

/* "850ns", "250us", "11.3ms", "2.1s", "3m12s", "2h05m", "4d03h": rounded down. */
char *clock_span(uint64_t ns, char *to);

#endif
