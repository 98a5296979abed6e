/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text -> number, checked. Pure. */
#include "base/number.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"

int number_parse(const char *text, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		unsigned int digit = (unsigned int)(*text - '0');

		if (digit > 9)
			return -EINVAL;
		if (value > max / 10 || (value == max / 10 && digit > max % 10))
			return -ERANGE;
		value = value * 10 + digit;
	}
	*ret_value = value;
	return 0;
}

static int digit_of(char c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return !at ? -1 : at - digits < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

int number_parse_any_base(const char *text, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (text[0] != '0' || (text[1] | 0x20) != 'x')
		return number_parse(text, max, ret_value);
	text += 2;
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		int digit = digit_of(*text);

		if (digit < 0)
			return -EINVAL;
		if (value > max >> 4 || (value << 4 | (uint64_t)digit) > max)
			return -ERANGE;
		value = value << 4 | (uint64_t)digit;
	}
	*ret_value = value;
	return 0;
}

int number_parse_hex(const char *text, uint64_t *ret_value)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t value = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		const char *digit = strchr(digits, tolower((unsigned char)*text));

		if (!digit)
			return -EINVAL;
		if (value >> 60)
			return -ERANGE;
		value = value << 4 | (uint64_t)(digit - digits);
	}
	*ret_value = value;
	return 0;
}

static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{"", 1000000000},
	{"s", 1000000000},
	{"ms", 1000000},
	{"us", 1000},
	{"ns", 1},
	{"m", 60000000000},
	{"min", 60000000000},
	{"h", 3600000000000},
	{"d", 86400000000000},
};

static int unit_find(const char *name, uint64_t *ret_ns)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (!strcmp(units[i].name, name)) {
			*ret_ns = units[i].ns;
			return 0;
		}
	}
	return -EINVAL;
}

/* Digits behind the point are worth less and less; those below a nanosecond are dropped. */
int number_parse_duration(const char *text, uint64_t *ret_ns)
{
	uint64_t whole = 0, fraction = 0, scale = 1, unit;
	const char *at = text;

	for (; *at >= '0' && *at <= '9'; at++) {
		if (whole > UINT32_MAX)
			return -ERANGE;
		whole = whole * 10 + (uint64_t)(*at - '0');
	}
	if (*at == '.' && at > text) {
		const char *point = at++;

		for (; *at >= '0' && *at <= '9'; at++) {
			if (scale < 1000000000) {
				fraction = fraction * 10 + (uint64_t)(*at - '0');
				scale *= 10;
			}
		}
		if (at == point + 1)
			return -EINVAL;
	}
	if (at == text || unit_find(at, &unit))
		return -EINVAL;
	if (whole > (UINT64_MAX / 2) / unit)
		return -ERANGE;
	*ret_ns = whole * unit + (uint64_t)((double)fraction / (double)scale * (double)unit + 0.5);
	return 0;
}
