/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text from outside (comm, paths, host and interface names) made safe for a terminal. */
#ifndef BASE_SAFE_H
#define BASE_SAFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length in bytes of the valid UTF-8 sequence (RFC 3629) at `text`, and its character; 0 where the
 * bytes are none. */
size_t safe_decode(const char *text, size_t size, uint32_t *ret_rune);

/*
 * False for what steers a terminal or is not seen on it: control characters (C0, DEL, C1), line
 * and paragraph separators, bidirectional controls, fillers, joiners, tags, interlinear marks.
 */
bool safe_rune(uint32_t rune);

/* Length in bytes of the valid UTF-8 sequence of a safe character at `text`, else 0. */
size_t safe_sequence(const char *text, size_t size);

/* Replaces each byte that is not part of such a sequence by '?', in place; '\n' stays where it
 * separates sentences. */
void safe_bytes(char *text, size_t size);
void safe_text(char *text);

/* The same without exception: what belongs on one line, such as the name of a process. */
void safe_name(char *text, size_t size);

/*
 * What goes to a terminal, at the last moment: line ends and tabs stay, and of escape sequences
 * the few that the views put in for colours ("\033[1;31m"). Names have gone through safe_name()
 * before, which lets no escape through.
 */
void safe_terminal(char *text, size_t size);
/* The same of a text without colours. */
void safe_plain(char *text, size_t size);

#endif
