/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Fields of a line of /proc/net, from left to right. A line's end must be readable and hold a byte
 * that belongs to no field ('\n' or '\0'): so no step needs to compare with the end. A number too
 * long wraps as it does in the reference; no function reads past a byte that it did not accept.
 * Pure.
 */
#ifndef PROCFS_SCAN_H
#define PROCFS_SCAN_H

#include <stdbool.h>
#include <stdint.h>

extern const int8_t scan_nibbles[256]; /* value of a hexadecimal digit, or -1 */

static inline bool scan_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static inline const char *scan_blanks(const char *at)
{
	while (scan_is_blank(*at))
		at++;
	return at;
}

/* Each takes one field and moves *at behind it; false: there is none here, *at is where it should
 * have been. */
static inline bool scan_char(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

static inline bool scan_hex(const char **at, uint64_t *ret_value)
{
	const char *p = *at;
	uint64_t value = 0;
	int nibble;

	while ((nibble = scan_nibbles[(uint8_t)*p]) >= 0) {
		value = value << 4 | (uint64_t)nibble;
		p++;
	}
	if (p == *at)
		return false;
	*at = p;
	*ret_value = value;
	return true;
}

static inline bool scan_u64(const char **at, uint64_t *ret_value)
{
	const char *p = *at;
	uint64_t value = 0;

	for (; (unsigned int)(*p - '0') <= 9; p++)
		value = value * 10 + (unsigned int)(*p - '0');
	if (p == *at)
		return false;
	*at = p;
	*ret_value = value;
	return true;
}

/* A decimal number with a sign, cut to 32 bits: 4294967294 becomes -2. */
static inline bool scan_i32(const char **at, int32_t *ret_value)
{
	const char *p = *at;
	bool negative = *p == '-';
	uint64_t value;

	if (negative || *p == '+')
		p++;
	if (!scan_u64(&p, &value))
		return false;
	*at = p;
	*ret_value = (int32_t)(uint32_t)(negative ? 0 - value : value);
	return true;
}

#endif
