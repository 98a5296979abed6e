/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text from outside made safe for a terminal. */
#include "base/safe.h"

#include <stdint.h>
#include <string.h>

bool safe_rune(uint32_t rune)
{
	return !(rune < 0x20 || (rune >= 0x7f && rune <= 0x9f) || rune == 0x2028 ||
		 rune == 0x2029 || rune == 0x200e || rune == 0x200f ||
		 (rune >= 0x202a && rune <= 0x202e) || (rune >= 0x2066 && rune <= 0x2069) ||
		 rune == 0x061c || rune == 0xfeff);
}

size_t safe_decode(const char *text, size_t size, uint32_t *ret_rune)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	const uint8_t *bytes = (const uint8_t *)text;
	uint32_t rune;
	size_t length;

	if (!size)
		return 0;
	if (bytes[0] < 0x80) {
		*ret_rune = bytes[0];
		return 1;
	}
	if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf)
		length = 2;
	else if (bytes[0] >= 0xe0 && bytes[0] <= 0xef)
		length = 3;
	else if (bytes[0] >= 0xf0 && bytes[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (length > size)
		return 0;
	rune = bytes[0] & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		rune = rune << 6 | (bytes[i] & 0x3f);
	}
	if (rune < smallest[length] || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		return 0;
	*ret_rune = rune;
	return length;
}

size_t safe_sequence(const char *text, size_t size)
{
	uint32_t rune;
	size_t length = safe_decode(text, size, &rune);

	return length && safe_rune(rune) ? length : 0;
}

void safe_bytes(char *text, size_t size)
{
	for (size_t i = 0; i < size;) {
		size_t length = safe_sequence(text + i, size - i);

		if (!length && text[i] != '\n')
			text[i] = '?';
		i += length ? length : 1;
	}
}

void safe_name(char *text, size_t size)
{
	safe_bytes(text, size);
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n')
			text[i] = '?';
	}
}

void safe_text(char *text)
{
	safe_bytes(text, strlen(text));
}
