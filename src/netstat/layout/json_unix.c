/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of UNIX sockets -> JSON lines. Pure. */
#include "base/cleanup.h"
#include "netstat/layout/json_parts.h"
#include "netstat/layout/json_put.h"

#define FLAG_ACCEPTING (1u << 16)
#define FLAG_WAITING (1u << 17)
#define FLAG_NO_SPACE (1u << 18)

enum { STATE_UNCONNECTED = 1 };

static const char *const types[] = {NULL, "STREAM", "DGRAM", "RAW", "RDM", "SEQPACKET"};
static const char *const states[] = {"FREE", NULL, "CONNECTING", "CONNECTED", "DISCONNECTING"};

static void put_word(struct buf *out, const char *key, const char *const *words, size_t count,
		     uint32_t number)
{
	static const char *const unknown[] = {"type-", "state-"};

	if (number < count && words[number])
		json_text(out, key, words[number]);
	else
		json_numbered(out, key, unknown[words == states], number);
}

static void put_state(struct buf *out, const struct unix_row *row)
{
	if (row->state != STATE_UNCONNECTED)
		put_word(out, "state", states, ARRAY_SIZE(states), row->state);
	else
		json_text(out, "state", row->flags & FLAG_ACCEPTING ? "LISTENING" : NULL);
}

void json_unix(struct buf *out, const struct netstat_options *options, const struct unix_row *row,
	       const struct socket_texts *texts)
{
	json_open(out, "unix");
	if (row->protocol)
		json_numbered(out, "protocol", "protocol-", row->protocol);
	else
		json_text(out, "protocol", "unix");
	json_i64(out, "references", row->references);
	json_bool(out, "accepting", row->flags & FLAG_ACCEPTING);
	json_bool(out, "waiting", row->flags & FLAG_WAITING);
	json_bool(out, "no_space", row->flags & FLAG_NO_SPACE);
	put_word(out, "type", types, ARRAY_SIZE(types), row->type);
	put_state(out, row);
	if (row->has_inode)
		json_u64(out, "inode", row->inode);
	else
		json_null(out, "inode");
	if (row->has_inode && row->path_length)
		json_bytes(out, "path", row->path, row->path_length);
	else
		json_null(out, "path");
	json_owner(out, options, texts->owner);
	json_close(out);
}
