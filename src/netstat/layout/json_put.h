/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A row of --json: one object on a line, keys in the order of the calls. Keys are our own words.
 * The keys: docs/json-netstat.md. */
#ifndef NETSTAT_LAYOUT_JSON_PUT_H
#define NETSTAT_LAYOUT_JSON_PUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json_string.h"

/* {"kind":"route" */
static inline void json_open(struct buf *out, const char *kind)
{
	buf_puts(out, "{\"kind\":\"");
	buf_puts(out, kind);
	buf_putc(out, '"');
}

static inline void json_close(struct buf *out)
{
	buf_puts(out, "}\n");
}

/* ,"key": and then a value of the caller's */
static inline void json_key(struct buf *out, const char *key)
{
	buf_puts(out, ",\"");
	buf_puts(out, key);
	buf_puts(out, "\":");
}

static inline void json_u64(struct buf *out, const char *key, uint64_t value)
{
	json_key(out, key);
	buf_u64(out, value);
}

static inline void json_i64(struct buf *out, const char *key, int64_t value)
{
	json_key(out, key);
	buf_i64(out, value);
}

static inline void json_bool(struct buf *out, const char *key, bool value)
{
	json_key(out, key);
	buf_puts(out, value ? "true" : "false");
}

static inline void json_null(struct buf *out, const char *key)
{
	json_key(out, key);
	buf_puts(out, "null");
}

/* Any bytes. */
static inline void json_bytes(struct buf *out, const char *key, const char *bytes, size_t size)
{
	json_key(out, key);
	json_string(out, bytes, size);
}

/* NULL becomes null. */
static inline void json_text(struct buf *out, const char *key, const char *text)
{
	if (text)
		json_bytes(out, key, text, strlen(text));
	else
		json_null(out, key);
}

#endif
