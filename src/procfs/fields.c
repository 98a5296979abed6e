/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Walks the fields of one line of text. Pure. */
#include "procfs/fields.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* 0..15, or more where the byte is no such digit. */
static unsigned int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A') + 10;
	return 255;
}

void field_blanks(struct fields *fields)
{
	while (fields->at < fields->end && is_blank(*fields->at))
		fields->at++;
}

size_t field_word(struct fields *fields, const char **ret_word)
{
	const char *word;

	field_blanks(fields);
	word = fields->at;
	while (fields->at < fields->end && !is_blank(*fields->at))
		fields->at++;
	*ret_word = word;
	return (size_t)(fields->at - word);
}

bool field_copy(struct fields *fields, char *to, size_t size)
{
	const char *word;
	size_t length = field_word(fields, &word);

	if (!length || !size)
		return false;
	if (length > size - 1) {
		length = size - 1;
		fields->at = word + length;
	}
	memcpy(to, word, length);
	to[length] = '\0';
	return true;
}

bool field_skip_words(struct fields *fields, unsigned int count)
{
	const char *word;

	while (count--) {
		if (!field_word(fields, &word))
			return false;
	}
	return true;
}

bool field_byte(struct fields *fields, char byte)
{
	if (fields->at == fields->end || *fields->at != byte)
		return false;
	fields->at++;
	return true;
}

/* Digits of the base up to `end`; saturates at UINT64_MAX. */
static bool field_digits(struct fields *fields, const char *end, unsigned int base,
			 uint64_t *ret_value)
{
	const char *first = fields->at;
	uint64_t value = 0;

	for (; fields->at < end; fields->at++) {
		unsigned int digit = digit_of(*fields->at);

		if (digit >= base)
			break;
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			value = UINT64_MAX;
	}
	*ret_value = value;
	return fields->at > first;
}

static bool field_sign(struct fields *fields)
{
	field_blanks(fields);
	if (field_byte(fields, '-'))
		return true;
	field_byte(fields, '+');
	return false;
}

bool field_i32(struct fields *fields, int32_t *ret_value)
{
	struct fields work = *fields;
	bool negative = field_sign(&work);
	uint64_t value;

	if (!field_digits(&work, work.end, 10, &value))
		return false;
	if (value > INT64_MAX)
		value = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
	*fields = work;
	*ret_value = (int32_t)(uint32_t)(negative ? 0 - value : value);
	return true;
}

bool field_u64(struct fields *fields, uint64_t *ret_value)
{
	struct fields work = *fields;
	bool negative = field_sign(&work);
	uint64_t value;

	if (!field_digits(&work, work.end, 10, &value))
		return false;
	*fields = work;
	*ret_value = negative && value != UINT64_MAX ? 0 - value : value;
	return true;
}

bool field_hex(struct fields *fields, unsigned int width, uint64_t *ret_value)
{
	struct fields work = *fields;
	bool negative = field_sign(&work);
	const char *end = work.end;
	uint64_t value;

	if (width && (size_t)(end - work.at) > width)
		end = work.at + width;
	if (end - work.at > 2 && work.at[0] == '0' && (work.at[1] | 32) == 'x' &&
	    digit_of(work.at[2]) < 16)
		work.at += 2;
	if (!field_digits(&work, end, 16, &value))
		return false;
	*fields = work;
	*ret_value = negative ? 0 - value : value;
	return true;
}

bool field_hex32(struct fields *fields, uint32_t *ret_value)
{
	uint64_t value;

	if (!field_hex(fields, 0, &value))
		return false;
	*ret_value = (uint32_t)value;
	return true;
}

bool field_hex_bytes(struct fields *fields, uint8_t *to, size_t count)
{
	field_blanks(fields);
	if ((size_t)(fields->end - fields->at) < 2 * count)
		return false;
	for (size_t i = 0; i < 2 * count; i++) {
		if (digit_of(fields->at[i]) > 15)
			return false;
	}
	for (size_t i = 0; i < count; i++)
		to[i] = (uint8_t)(digit_of(fields->at[2 * i]) << 4 |
				  digit_of(fields->at[2 * i + 1]));
	fields->at += 2 * count;
	return true;
}
