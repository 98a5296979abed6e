/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How many columns of a terminal a character takes. Pure: no locale is asked. */
#ifndef BASE_RUNE_WIDTH_H
#define BASE_RUNE_WIDTH_H

#include <stddef.h>
#include <stdint.h>

/* 0 for marks that stand on the character before, 2 for East Asian wide ones and pictures, else 1.
 */
unsigned int rune_width(uint32_t rune);

/* How many bytes of UTF-8 fit into `width` columns, whole characters; and the columns that they
 * take. A byte that begins no character counts as one. */
size_t text_fitting(const char *text, size_t size, size_t width, size_t *ret_columns);

#endif
