/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes -> a JSON string that is also safe on a terminal. Pure. */
#include "base/json_string.h"

#include "base/safe.h"

#define ESCAPE_SIZE 6 /* \u0000: the most that one byte becomes */
#define REPLACEMENT 0xfffd

static char *put_unit(char *to, uint32_t rune)
{
	static const char hex[] = "0123456789abcdef";

	*to++ = '\\';
	*to++ = 'u';
	for (int shift = 12; shift >= 0; shift -= 4)
		*to++ = hex[rune >> shift & 15];
	return to;
}

/* RFC 8259, 7: two surrogates for a character beyond the first plane. */
static char *put_escape(char *to, uint32_t rune)
{
	if (rune < 0x10000)
		return put_unit(to, rune);
	to = put_unit(to, 0xd800 + ((rune - 0x10000) >> 10));
	return put_unit(to, 0xdc00 + ((rune - 0x10000) & 0x3ff));
}

/* One character that is not plain ASCII; returns the bytes taken. */
static size_t put_character(char **to, const char *bytes, size_t size)
{
	uint32_t rune;
	size_t length = safe_decode(bytes, size, &rune);

	if (!length) {
		*to = put_escape(*to, REPLACEMENT);
		return 1;
	}
	if (rune == '"' || rune == '\\') {
		*(*to)++ = '\\';
		*(*to)++ = (char)rune;
	} else if (!safe_rune(rune)) {
		*to = put_escape(*to, rune);
	} else {
		memcpy(*to, bytes, length);
		*to += length;
	}
	return length;
}

void json_string(struct buf *out, const char *bytes, size_t size)
{
	char *to;

	if (size > SIZE_MAX / ESCAPE_SIZE - 2) {
		out->failed = true;
		return;
	}
	to = buf_room(out, ESCAPE_SIZE * size + 2);
	if (!to)
		return;
	*to++ = '"';
	for (size_t i = 0; i < size;) {
		unsigned char c = (unsigned char)bytes[i];

		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
			*to++ = (char)c;
			i++;
		} else {
			i += put_character(&to, bytes + i, size - i);
		}
	}
	*to++ = '"';
	buf_commit(out, to);
}
