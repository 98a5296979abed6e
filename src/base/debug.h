/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * --debug, NETSTATE_DEBUG=1: what the program does, on stderr, one line a step with the time since
 * the start. For rooms that touch the kernel; pure ones log nothing.
 */
#ifndef BASE_DEBUG_H
#define BASE_DEBUG_H

#include <stdarg.h>
#include <stdbool.h>

/* Reads NETSTATE_DEBUG (anything but empty and 0 switches it on) and starts the clock. */
void debug_init(void);
/* Takes each --debug before "--" out of the command line and switches it on. */
void debug_remove_option(int *argc, char **argv);

bool debug_enabled(void);

/* "netstate: debug: [  12.345 ms] ..."; nothing where it is off. */
void debug_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same for text of several lines, such as the verifier's log: each line gets its prefix. */
void debug_lines(const char *from, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Behind a sentence about a refused program: how to see why. "" where it is shown already. */
const char *debug_hint(void);

#endif
