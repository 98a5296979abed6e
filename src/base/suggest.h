/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A mistyped word -> the known word that was probably meant. Pure. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/*
 * The name nearest to the word: one that the word abbreviates, or one within a third of its length
 * in edits (insert, delete, replace, swap two neighbours; letter case does not count). NULL where
 * none is near.
 */
const char *suggest_nearest(const char *word, const char *const *names, size_t count);

#endif
