/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers and addresses as text, for the hot writers. */
#include "base/format.h"

#include <arpa/inet.h>
#include <string.h>

static const char two_digits[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839"
	"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
	"8081828384858687888990919293949596979899";

char *format_u64(char *to, uint64_t value)
{
	char digits[FORMAT_U64_MAX];
	char *at = digits + sizeof(digits);

	while (value >= 100) {
		at -= 2;
		memcpy(at, two_digits + 2 * (value % 100), 2);
		value /= 100;
	}
	if (value >= 10) {
		at -= 2;
		memcpy(at, two_digits + 2 * value, 2);
	} else {
		*--at = (char)('0' + value);
	}
	memcpy(to, at, (size_t)(digits + sizeof(digits) - at));
	return to + (digits + sizeof(digits) - at);
}

char *format_fixed(char *to, uint64_t value, unsigned int width)
{
	for (unsigned int i = width; i > 0; i--) {
		to[i - 1] = (char)('0' + value % 10);
		value /= 10;
	}
	return to + width;
}

static char *format_byte(char *to, uint8_t value)
{
	if (value >= 100) {
		*to++ = (char)('0' + value / 100);
		value %= 100;
		memcpy(to, two_digits + 2 * value, 2);
		return to + 2;
	}
	if (value >= 10) {
		memcpy(to, two_digits + 2 * value, 2);
		return to + 2;
	}
	*to = (char)('0' + value);
	return to + 1;
}

char *format_ip4(char *to, const uint8_t addr[4])
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			*to++ = '.';
		to = format_byte(to, addr[i]);
	}
	return to;
}

static char *format_hex16(char *to, unsigned int word)
{
	static const char hex[] = "0123456789abcdef";
	int shift = 12;

	while (shift > 0 && !(word >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*to++ = hex[(word >> shift) & 15];
	return to;
}

/* The first of the longest runs of two or more zero words, as RFC 5952 4.2 wants; *ret_length is 0
 * where none is. */
static int longest_zero_run(const unsigned int words[8], int *ret_length)
{
	int best = -1, best_length = 1;

	for (int i = 0; i < 8;) {
		int start = i;

		while (i < 8 && !words[i])
			i++;
		if (i - start > best_length) {
			best = start;
			best_length = i - start;
		}
		if (i == start)
			i++;
	}
	*ret_length = best < 0 ? 0 : best_length;
	return best;
}

char *format_ip6(char *to, const uint8_t addr[16])
{
	unsigned int words[8];
	int run, run_length, dotted;

	for (int i = 0; i < 8; i++)
		words[i] = (unsigned int)addr[2 * i] << 8 | addr[2 * i + 1];
	run = longest_zero_run(words, &run_length);
	/* inet_ntop: dotted where the run is the first six words, or five and then ffff */
	dotted = run == 0 && (run_length == 6 || (run_length == 5 && words[5] == 0xffff));
	for (int i = 0; i < 8; i++) {
		if (i == run) {
			*to++ = ':';
			i += run_length - 1;
			if (i == 7)
				*to++ = ':';
			continue;
		}
		if (i > 0)
			*to++ = ':';
		if (i == 6 && dotted)
			return format_ip4(to, addr + 12);
		to = format_hex16(to, words[i]);
	}
	return to;
}
