/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text from outside made safe for a terminal. */
#include "base/safe.h"

#include <stdint.h>
#include <string.h>

struct range {
	uint32_t first, last;
};

/*
 * Beside the controls (C0, DEL, C1) what Unicode calls Default_Ignorable_Code_Point
 * (DerivedCoreProperties.txt): bidirectional controls, joiners, fillers, tags, variation
 * selectors; and separators of lines and paragraphs, interlinear marks, noncharacters.
 */
static const struct range unsafe[] = {
	{0x0000, 0x001f},   {0x007f, 0x009f},	{0x00ad, 0x00ad},     {0x034f, 0x034f},
	{0x061c, 0x061c},   {0x115f, 0x1160},	{0x17b4, 0x17b5},     {0x180b, 0x180f},
	{0x200b, 0x200f},   {0x2028, 0x202e},	{0x2060, 0x206f},     {0x3164, 0x3164},
	{0xfdd0, 0xfdef},   {0xfe00, 0xfe0f},	{0xfeff, 0xfeff},     {0xffa0, 0xffa0},
	{0xfff0, 0xfffb},   {0xfffe, 0xffff},	{0x1bca0, 0x1bca3},   {0x1d173, 0x1d17a},
	{0xe0000, 0xe0fff}, {0xffffe, 0xfffff}, {0x10fffe, 0x10ffff},
};

bool safe_rune(uint32_t rune)
{
	size_t low = 0, high = sizeof(unsafe) / sizeof(unsafe[0]);

	if (rune >= 0x20 && rune < 0x7f)
		return true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rune > unsafe[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low == sizeof(unsafe) / sizeof(unsafe[0]) || rune < unsafe[low].first;
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

/*
 * What the views put in, and no more: a name that a view forgot to make safe may be red, but it
 * cannot be concealed ("\033[8m") or black on black.
 */
static const char *const colors[] = {
	"\033[0m",  "\033[1m",	"\033[31m", "\033[32m",	  "\033[33m",	"\033[34m",
	"\033[35m", "\033[36m", "\033[90m", "\033[1;31m", "\033[1;33m",
};

/* Bytes of a colour at `text`, else 0. */
static size_t color_sequence(const char *text, size_t size)
{
	for (size_t i = 0; i < sizeof(colors) / sizeof(colors[0]); i++) {
		size_t length = strlen(colors[i]);

		if (size >= length && !memcmp(text, colors[i], length))
			return length;
	}
	return 0;
}

static void make_safe(char *text, size_t size, bool colored)
{
	for (size_t i = 0; i < size;) {
		size_t length = safe_sequence(text + i, size - i);

		if (!length && colored && text[i] == '\033')
			length = color_sequence(text + i, size - i);
		if (!length && text[i] != '\n' && text[i] != '\t')
			text[i] = '?';
		i += length ? length : 1;
	}
}

void safe_terminal(char *text, size_t size)
{
	make_safe(text, size, true);
}

void safe_plain(char *text, size_t size)
{
	make_safe(text, size, false);
}

void safe_text(char *text)
{
	safe_bytes(text, strlen(text));
}
