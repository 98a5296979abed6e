/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The order in which netstat lists interfaces. Pure. */
#include "procfs/interface_name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A name as its sort keys: "v0:12" is the word "v0", whose head is "v" and number 0, and the label
 * number 12. */
struct name_keys {
	size_t word;
	size_t head;
	int32_t number;
	int32_t label;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What atoi() makes of it: 64 bits saturating, then cut to 32. */
static int32_t digits_value(const char *text, size_t size)
{
	int64_t value = 0;

	for (size_t i = 0; i < size; i++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, text[i] - '0', &value))
			return (int32_t)INT64_MAX;
	}
	return (int32_t)value;
}

static size_t trailing_digits(const char *text, size_t size)
{
	size_t at = size;

	while (at > 0 && is_digit(text[at - 1]))
		at--;
	return size - at;
}

static struct name_keys name_keys(const char *name)
{
	size_t size = strlen(name), digits = trailing_digits(name, size);
	struct name_keys keys = {.word = size};

	if (digits && digits < size && name[size - digits - 1] == ':') {
		keys.label = digits_value(name + size - digits, digits);
		keys.word = size - digits - 1;
	}
	digits = trailing_digits(name, keys.word);
	keys.head = keys.word - digits;
	keys.number = digits_value(name + keys.head, digits);
	return keys;
}

static int compare_bytes(const char *a, size_t a_size, const char *b, size_t b_size)
{
	int order = memcmp(a, b, a_size < b_size ? a_size : b_size);

	return order ? order : (a_size > b_size) - (a_size < b_size);
}

int interface_name_compare(const char *a, const char *b)
{
	struct name_keys left = name_keys(a), right = name_keys(b);
	int order = compare_bytes(a, left.head, b, right.head);

	if (!order)
		order = (left.number > right.number) - (left.number < right.number);
	if (!order)
		order = compare_bytes(a, left.word, b, right.word);
	if (!order)
		order = (left.label > right.label) - (left.label < right.label);
	return order ? order : strcmp(a, b);
}
