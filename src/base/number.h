/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text -> number, checked: the whole text must be one, in its bounds. 0 or -EINVAL / -ERANGE. Pure.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdint.h>

int number_parse(const char *text, uint64_t max, uint64_t *ret_value);

/* The same, or hexadecimal behind "0x". */
int number_parse_any_base(const char *text, uint64_t max, uint64_t *ret_value);

/* The digits of a hexadecimal number, without 0x. */
int number_parse_hex(const char *text, uint64_t *ret_value);

/* "10s", "100ms", "250us", "1.5s", "2m", "1h", "1d"; a bare number is seconds. */
int number_parse_duration(const char *text, uint64_t *ret_ns);

#endif
