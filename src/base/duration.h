/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A time span -> text, in the same units everywhere: "0.250 ms", "31.5 ms", "5.1 s". Pure. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdint.h>

#define DURATION_TEXT_SIZE 32

/* Writes into `text` and returns it. */
const char *duration_text(char text[DURATION_TEXT_SIZE], uint64_t ns);

#endif
