/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of UNIX sockets -> netstat's lines. Pure. */
#include "netstat/layout/text.h"

#include "base/cleanup.h"
#include "netstat/layout/columns.h"
#include "netstat/layout/put.h"

#define FLAG_ACCEPTING (1u << 16)
#define FLAG_WAITING (1u << 17)
#define FLAG_NO_SPACE (1u << 18)
#define LINE_ROOM 512

enum { STATE_FREE, STATE_UNCONNECTED, STATE_CONNECTING, STATE_CONNECTED, STATE_DISCONNECTING };

static const char *const types[] = {NULL, "STREAM", "DGRAM", "RAW", "RDM", "SEQPACKET"};

static const char *const states[] = {
	[STATE_FREE] = "FREE",
	[STATE_UNCONNECTED] = "",
	[STATE_CONNECTING] = "CONNECTING",
	[STATE_CONNECTED] = "CONNECTED",
	[STATE_DISCONNECTING] = "DISCONNECTING",
};

const char *text_unix_type(uint32_t type)
{
	return type < ARRAY_SIZE(types) && types[type] ? types[type] : "UNKNOWN";
}

const char *text_unix_state(uint32_t state, uint32_t flags)
{
	if (state == STATE_UNCONNECTED && flags & FLAG_ACCEPTING)
		return "LISTENING";
	return state < ARRAY_SIZE(states) ? states[state] : "UNKNOWN";
}

static char *put_flags(char *to, uint32_t flags)
{
	char *begin = to;

	to = put_text(to, "[ ");
	if (flags & FLAG_ACCEPTING)
		to = put_text(to, "ACC ");
	if (flags & FLAG_WAITING)
		to = put_text(to, "W ");
	if (flags & FLAG_NO_SPACE)
		to = put_text(to, "N ");
	*to++ = ']';
	return put_pad(to, begin, 11);
}

void text_unix_title(struct buf *out, const struct netstat_options *options, bool has_inode)
{
	(void)has_inode;
	buf_puts(out, "Active UNIX domain sockets ");
	buf_puts(out, netstat_which(options));
	buf_puts(out, "\nProto RefCnt Flags       Type       State         I-Node  ");
	if (options->programs)
		buf_puts(out, " PID/Program name    ");
	if (options->context)
		buf_puts(out, NETSTAT_CONTEXT_TITLE);
	buf_puts(out, " Path\n");
}

static char *put_inode(char *to, const struct unix_row *row)
{
	char *begin = to;

	if (row->has_inode)
		to = format_u64(to, row->inode);
	else
		*to++ = '-';
	return put_pad(to, begin, 8);
}

/* Where the file has no inode column, what it has at that place is shown as the path. */
void text_unix(struct buf *out, const struct netstat_options *options, const struct unix_row *row,
	       const struct socket_texts *texts)
{
	char *to = buf_room(out, LINE_ROOM + row->path_length + columns_room(texts));
	char *begin;

	if (!to)
		return;
	to = put_left(to, row->protocol ? "??" : "unix", 5);
	*to++ = ' ';
	begin = to;
	to = put_pad(put_i64(to, row->references), begin, 6);
	*to++ = ' ';
	to = put_flags(to, row->flags);
	*to++ = ' ';
	to = put_left(to, text_unix_type(row->type), 10);
	*to++ = ' ';
	to = put_left(to, text_unix_state(row->state, row->flags), 13);
	*to++ = ' ';
	to = put_inode(to, row);
	if (options->programs)
		to = columns_put_program(to, texts->owner);
	if (options->context)
		to = columns_put_context(to, texts->owner);
	*to++ = ' ';
	to = row->has_inode ? put_bytes(to, row->path, row->path_length)
			    : format_u64(to, row->inode);
	*to++ = '\n';
	buf_commit(out, to);
}

bool netstat_shows_unix(const struct netstat_options *options, const struct unix_row *row)
{
	bool is_server = row->state == STATE_UNCONNECTED && row->flags & FLAG_ACCEPTING;

	return options->all || is_server == options->listening;
}
