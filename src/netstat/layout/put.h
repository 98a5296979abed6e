/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Pieces of a line, written where `to` points; each returns the end. The caller has made room.
 * Pure. */
#ifndef NETSTAT_LAYOUT_PUT_H
#define NETSTAT_LAYOUT_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/format.h"

static inline char *put_bytes(char *to, const char *bytes, size_t size)
{
	memcpy(to, bytes, size);
	return to + size;
}

static inline char *put_text(char *to, const char *text)
{
	return put_bytes(to, text, strlen(text));
}

static inline char *put_blanks(char *to, size_t count)
{
	memset(to, ' ', count);
	return to + count;
}

/* Blanks until the field that began at `begin` is `width` wide; none where it is wider. */
static inline char *put_pad(char *to, const char *begin, size_t width)
{
	size_t size = (size_t)(to - begin);

	return size < width ? put_blanks(to, width - size) : to;
}

/* %-*s */
static inline char *put_left(char *to, const char *text, size_t width)
{
	char *begin = to;

	return put_pad(put_text(to, text), begin, width);
}

static inline char *put_i64(char *to, int64_t value)
{
	if (value >= 0)
		return format_u64(to, (uint64_t)value);
	*to++ = '-';
	return format_u64(to, 0 - (uint64_t)value);
}

/* %*ld */
static inline char *put_right_i64(char *to, int64_t value, size_t width)
{
	char digits[FORMAT_U64_MAX + 1];
	size_t size = (size_t)(put_i64(digits, value) - digits);

	if (size < width)
		to = put_blanks(to, width - size);
	return put_bytes(to, digits, size);
}

#endif
