/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A verdict -> a number for what it says. Pure. */
#include "diagnosis/digest.h"

#define FNV_OFFSET UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

static void mix(uint64_t *hash, unsigned char byte)
{
	*hash = (*hash ^ byte) * FNV_PRIME;
}

static void mix_text(uint64_t *hash, const char *text)
{
	for (; text && *text; text++)
		mix(hash, (unsigned char)*text);
	mix(hash, '\n');
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool in_number(char c)
{
	return (c >= '0' && c <= '9') || c == '.';
}

/* "2 times" reads as "1 time": numbers and the plural's s are left out. */
static void mix_words(uint64_t *hash, const char *text)
{
	for (; *text; text++) {
		bool plural = *text == 's' && !is_letter(text[1]);

		if (!in_number(*text) && !plural)
			mix(hash, (unsigned char)*text);
	}
	mix(hash, '\n');
}

uint64_t stall_digest(const struct stall *stall, const struct verdict *verdict)
{
	uint64_t hash = FNV_OFFSET;

	mix_text(&hash, verdict->word);
	mix_text(&hash, verdict->cause);
	mix(&hash, verdict->confidence);
	mix(&hash, stall->end);
	for (unsigned int shift = 0; shift < 32; shift += 8) {
		mix(&hash, (unsigned char)((uint32_t)stall->connect_ret >> shift));
		mix(&hash, (unsigned char)((uint32_t)stall->sk_err >> shift));
	}
	for (unsigned int i = 0; i < verdict->line_count; i++)
		mix_words(&hash, verdict->lines[i]);
	return hash ? hash : 1;
}
