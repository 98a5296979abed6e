/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the program tells its user: one sentence a line on stderr. For main.c and src/commands/
 * only. */
#ifndef BASE_SAY_H
#define BASE_SAY_H

#include <stdbool.h>

/* Exit statuses of every command but netstat's. */
#define STATUS_OK 0
#define STATUS_FAILURE 1
#define STATUS_USAGE 2

/* "netstate: ...\n". What the text carries from outside is made safe for a terminal. Returns
 * STATUS_FAILURE. */
int say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with the pointer to --help behind it. Returns STATUS_USAGE. */
int say_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends what was printed by stdio on stdout, such as a help text: STATUS_OK, or STATUS_FAILURE where
 * it could not be written, said. */
int say_end_of_stdout(void);

/* True: what is said waits, some 8 KB of it, until false; the terminal shows something else meanwhile. */
void say_hold(bool hold);

/* The program is about to end: from now on what nobody reads within a second is not said. */
void say_hurry(void);

#endif
