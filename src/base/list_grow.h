/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A list on the heap that doubles when it is full. */
#ifndef BASE_LIST_GROW_H
#define BASE_LIST_GROW_H

#include <stddef.h>

/*
 * Room for one element behind the `count` that are in `list`, which has room for `room`. Doubles `list` and `room`, lvalues, where
 * it is full. 0 or -ENOMEM, which leaves both as they were. All three are 0 at first; the caller frees the list.
 */
#define LIST_GROW(list, count, room) list_grow(&(list), (count), &(room), sizeof(*(list)))

int list_grow(void *ret_list, size_t count, size_t *room, size_t size);

#endif
