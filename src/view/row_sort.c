/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Two connections and a field -> which comes first. Pure. */
#include <string.h>

#include "view/row_field.h"

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_bytes(const char *a, size_t a_size, const char *b, size_t b_size)
{
	int order = memcmp(a, b, a_size < b_size ? a_size : b_size);

	return order ? order : compare_numbers(a_size, b_size);
}

static int compare_named(const struct field_value *a, const struct field_value *b)
{
	int order = compare_bytes(a->bytes, a->size, b->bytes, b->size);

	return order ? order : compare_numbers(a->number, b->number);
}

static int compare_words(const struct field_value *a, const struct field_value *b)
{
	if (!a->word || !b->word)
		return compare_numbers(!a->word, !b->word);
	return strcmp(a->word, b->word);
}

static int compare_ends(const struct endpoint *a, const struct endpoint *b)
{
	int order = memcmp(a->addr, b->addr, sizeof(a->addr));

	return order ? order : compare_numbers(a->port, b->port);
}

static int compare_values(const struct field_value *a, const struct field_value *b)
{
	switch (a->type) {
	case VALUE_WORD:
		return compare_words(a, b);
	case VALUE_BYTES:
		return compare_bytes(a->bytes, a->size, b->bytes, b->size);
	case VALUE_UNIX_END:
		return compare_named(a, b);
	case VALUE_ADDRESS:
	case VALUE_ENDPOINT:
		return compare_ends(a->end, b->end);
	default:
		return compare_numbers(a->number, b->number);
	}
}

int row_field_compare(struct view *view, unsigned int id, bool descending, const struct row_view *a,
		      const struct row_view *b)
{
	struct field_value left, right;
	struct cgroup_unit unit;

	row_field_get(view, id, a, &left);
	if (left.type == VALUE_BYTES && left.bytes == view->unit.text) {
		unit = view->unit; /* the next one is written to the same place */
		left.bytes = unit.text;
	}
	row_field_get(view, id, b, &right);
	if (left.type == VALUE_NULL || right.type == VALUE_NULL)
		return compare_numbers(left.type == VALUE_NULL, right.type == VALUE_NULL);
	if (id == ROW_TROUBLE) /* the worst first */
		return descending ? compare_numbers(left.number, right.number)
				  : compare_numbers(right.number, left.number);
	return descending ? compare_values(&right, &left) : compare_values(&left, &right);
}
