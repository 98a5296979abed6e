/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The C library opens and reads whatever file TZ names: a pipe without a writer, a terminal or another
 * device would hold the program up.
 */
#ifndef BASE_TIME_ZONE_H
#define BASE_TIME_ZONE_H

/* TZ is UTC from now on where it leads to something else than a file. */
void time_zone_check(void);

#endif
