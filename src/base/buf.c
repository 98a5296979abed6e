/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A growing byte buffer. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/format.h"

#define BUF_FIRST_SIZE 256

void buf_release(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){0};
}

bool buf_grow(struct buf *buf, size_t size)
{
	size_t cap = buf->cap ? buf->cap : BUF_FIRST_SIZE;
	char *data;

	if (buf->failed || size > SIZE_MAX / 4 - buf->len)
		goto failed;
	while (cap - buf->len < size)
		cap *= 2;
	data = realloc(buf->data, cap);
	if (!data)
		goto failed;
	buf->data = data;
	buf->cap = cap;
	return true;
failed:
	buf->failed = true;
	return false;
}

void buf_fill(struct buf *buf, char c, size_t count)
{
	char *to;

	if (!count)
		return;
	to = buf_room(buf, count);
	if (!to)
		return;
	memset(to, c, count);
	buf->len += count;
}

void buf_u64(struct buf *buf, uint64_t value)
{
	char *to = buf_room(buf, FORMAT_U64_MAX);

	if (to)
		buf_commit(buf, format_u64(to, value));
}

void buf_i64(struct buf *buf, int64_t value)
{
	if (value < 0)
		buf_putc(buf, '-');
	buf_u64(buf, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	char *to;
	int size;

	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size < 0)
		return;
	to = buf_room(buf, (size_t)size + 1);
	if (!to)
		return;
	va_start(args, format);
	vsnprintf(to, (size_t)size + 1, format, args);
	va_end(args);
	buf->len += (size_t)size;
}
