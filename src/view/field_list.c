/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names with commas between them -> numbers of fields. Pure. */
#include "view/field_list.h"

#include <errno.h>
#include <string.h>

bool field_is(const char *name, const char *word, size_t size)
{
	return strlen(name) == size && !memcmp(name, word, size);
}

int field_list_parse(const char *text, field_finder find, uint8_t *ids, unsigned int most,
		     unsigned int *ret_count)
{
	unsigned int count = 0;

	for (;;) {
		size_t size = strcspn(text, ",");
		int id = find(text, size);

		if (id < 0 || count == most)
			return -EINVAL;
		ids[count++] = (uint8_t)id;
		if (!text[size])
			break;
		text += size + 1;
	}
	*ret_count = count;
	return 0;
}

const char *field_list_unknown(const char *text, field_finder find, size_t *ret_size)
{
	for (;;) {
		*ret_size = strcspn(text, ",");
		if (find(text, *ret_size) < 0)
			return text;
		if (!text[*ret_size])
			return NULL;
		text += *ret_size + 1;
	}
}
