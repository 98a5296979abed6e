/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes -> base64. Pure. */
#include "base/base64.h"

#include <stdint.h>

static void put_group(struct buf *out, const uint8_t *bytes, size_t size)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t group = 0;

	for (size_t i = 0; i < 3; i++)
		group = group << 8 | (i < size ? bytes[i] : 0);
	for (size_t i = 0; i < 4; i++)
		buf_putc(out, i <= size ? letters[group >> (18 - 6 * i) & 63] : '=');
}

void base64_put(struct buf *out, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	for (; size >= 3; size -= 3, at += 3)
		put_group(out, at, 3);
	if (size)
		put_group(out, at, size);
}
