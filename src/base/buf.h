/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A growing byte buffer. When memory runs out it stops taking bytes and says so in `failed`; what
 * was written before stays whole. Zero-initialise; give back with buf_release().
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
	char *data;
	size_t len;
	size_t cap;
	bool failed;
};

void buf_release(struct buf *buf);

static inline void buf_clear(struct buf *buf)
{
	buf->len = 0;
}

/* Makes room for `size` more bytes. False: out of memory. */
bool buf_grow(struct buf *buf, size_t size);

/* Start of at least `size` free bytes, or NULL; what was used of them is then told with
 * buf_commit(). */
static inline char *buf_room(struct buf *buf, size_t size)
{
	if (buf->cap - buf->len < size && !buf_grow(buf, size))
		return NULL;
	return buf->data + buf->len;
}

static inline void buf_commit(struct buf *buf, const char *end)
{
	buf->len = (size_t)(end - buf->data);
}

static inline void buf_put(struct buf *buf, const void *bytes, size_t size)
{
	char *to;

	if (!size) /* of an empty buffer there is no place to speak of */
		return;
	to = buf_room(buf, size);
	if (!to)
		return;
	memcpy(to, bytes, size);
	buf->len += size;
}

static inline void buf_putc(struct buf *buf, char c)
{
	buf_put(buf, &c, 1);
}

static inline void buf_puts(struct buf *buf, const char *text)
{
	buf_put(buf, text, strlen(text));
}

void buf_fill(struct buf *buf, char c, size_t count);
void buf_u64(struct buf *buf, uint64_t value);
void buf_i64(struct buf *buf, int64_t value);

/* For cold paths; the hot writers use format.h. */
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
