/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text from outside (comm, paths, host and interface names) made safe for a terminal. */
#ifndef BASE_SAFE_H
#define BASE_SAFE_H

#include <stddef.h>

/*
 * Length in bytes of the valid UTF-8 sequence (RFC 3629) of a printable character at `text`; 0 where the bytes are none,
 * or are a control character (C0, DEL, C1: U+0080..U+009F), a line or paragraph separator or a bidirectional control.
 */
size_t safe_sequence(const char *text, size_t size);

/* Replaces each byte that is not part of such a sequence by '?', in place; '\n' stays where it separates sentences. */
void safe_bytes(char *text, size_t size);
void safe_text(char *text);

#endif
