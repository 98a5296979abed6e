/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A full list -> one of twice its room. */
#include "base/list_grow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 16

int list_grow(void *ret_list, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room ? 2 * *room : FIRST_ROOM;
	void *list, *grown;

	if (count < *room)
		return 0;
	memcpy(&list, ret_list, sizeof(list)); /* any type of pointer */
	grown = reallocarray(list, wanted, size);
	if (!grown)
		return -ENOMEM;
	memcpy(ret_list, &grown, sizeof(grown));
	*room = wanted;
	return 0;
}
