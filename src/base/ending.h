/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Signals that ask the program to end. The first is noted for the loop. The program ends by the signal
 * itself where nobody took note of it for ENDING_DEAF_SECONDS, and at a second one from a keyboard or
 * kill(1): whatever it waits for then, such as a reader that stopped.
 */
#ifndef BASE_ENDING_H
#define BASE_ENDING_H

#define ENDING_DEAF_SECONDS 2

/* -errno, or a descriptor of this room that is readable once a signal came. An ignored SIGHUP stays so. */
int ending_open(const int *signals, unsigned int count);
/* The loop knows: it ends in its own time. */
void ending_noted(void);
/* Called in a signal handler before the program is ended by force. */
void ending_before_force(void (*restore)(void));

#endif
