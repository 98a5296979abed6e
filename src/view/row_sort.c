/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Two connections and a field -> which comes first. Pure. */
#include <endian.h>
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
	if (a->type != b->type) /* UNIX sockets beside others */
		return compare_numbers(a->type, b->type);
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

/* ---------------------------------------------------------------- ranks */

static void rank_bytes(struct row_rank *rank, const char *bytes, size_t size)
{
	char padded[sizeof(rank->words)] = {};

	memcpy(padded, bytes, size < sizeof(padded) ? size : sizeof(padded));
	for (size_t i = 0; i < 3; i++) {
		memcpy(&rank->words[i], padded + i * 8, 8);
		rank->words[i] = be64toh(rank->words[i]);
	}
	rank->tied = size > sizeof(padded) || memchr(bytes, '\0', size);
}

static void rank_end(struct row_rank *rank, const struct endpoint *end)
{
	rank_bytes(rank, (const char *)end->addr, sizeof(end->addr));
	rank->words[2] = end->port;
	rank->tied = false;
}

static void rank_value(struct row_rank *rank, const struct field_value *value)
{
	switch (value->type) {
	case VALUE_WORD:
		if (value->word)
			rank_bytes(rank, value->word, strlen(value->word));
		else
			memset(rank->words, 0xff, sizeof(rank->words));
		return;
	case VALUE_BYTES:
	case VALUE_UNIX_END:
		rank_bytes(rank, value->bytes, value->size);
		rank->tied |= value->type == VALUE_UNIX_END;
		return;
	case VALUE_ADDRESS:
	case VALUE_ENDPOINT:
		rank_end(rank, value->end);
		return;
	default:
		rank->words[0] = value->number;
	}
}

void row_field_rank(struct view *view, unsigned int id, bool descending, const struct row_view *row,
		    struct row_rank *ret_rank)
{
	struct field_value value;

	*ret_rank = (struct row_rank){};
	row_field_get(view, id, row, &value);
	ret_rank->unknown = value.type == VALUE_NULL;
	if (ret_rank->unknown)
		return;
	if (id == ROW_TROUBLE)
		ret_rank->words[0] = value.number;
	else
		rank_value(ret_rank, &value);
	if (descending != (id == ROW_TROUBLE)) { /* the worst first */
		for (size_t i = 0; i < 3; i++)
			ret_rank->words[i] = ~ret_rank->words[i];
	}
}

int row_rank_compare(const struct row_rank *a, const struct row_rank *b)
{
	int order = compare_numbers(a->unknown, b->unknown);

	for (size_t i = 0; !order && i < 3; i++)
		order = compare_numbers(a->words[i], b->words[i]);
	return order;
}
