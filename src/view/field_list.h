/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What --fields takes: names with commas between them. Pure. */
#ifndef VIEW_FIELD_LIST_H
#define VIEW_FIELD_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number of the field with this name, which has no NUL; -1: there is none. */
typedef int (*field_finder)(const char *word, size_t size);

bool field_is(const char *name, const char *word, size_t size);

/* Into `ids`, at most `most`. 0, or -EINVAL: a word is no field, or there are too many. */
int field_list_parse(const char *text, field_finder find, uint8_t *ids, unsigned int most,
		     unsigned int *ret_count);

/* The first word that is no field, and its size; NULL: all are. */
const char *field_list_unknown(const char *text, field_finder find, size_t *ret_size);

#endif
