/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns that -e, -p, -Z and -o add, and their parts of the header. Pure. */
#include "netstat/layout/columns.h"

#include "netstat/layout/put.h"

#define USER_WIDTH 10
#define INODE_WIDTH 10
#define PROGRAM_WIDTH 20 /* the text is cut one byte before it */
#define CONTEXT_WIDTH 50 /* likewise; the end of the text is what is kept */

const char *netstat_which(const struct netstat_options *options)
{
	if (options->all)
		return "(servers and established)";
	return options->listening ? "(only servers)" : "(w/o servers)";
}

void columns_header(struct buf *out, const struct netstat_options *options)
{
	if (options->extend)
		buf_puts(out, " User       Inode     ");
	if (options->programs)
		buf_puts(out, " PID/Program name    ");
	if (options->context)
		buf_puts(out, NETSTAT_CONTEXT_TITLE);
	if (options->timers)
		buf_puts(out, " Timer");
}

size_t columns_room(const struct socket_texts *texts)
{
	return 256 + (texts->user ? strlen(texts->user) : 0);
}

/* ` %-10s %-10lu` */
static char *put_user(char *to, int32_t uid, uint64_t inode, const struct socket_texts *texts)
{
	char *begin;

	*to++ = ' ';
	begin = to;
	to = texts->user ? put_text(to, texts->user) : put_i64(to, uid);
	to = put_pad(to, begin, USER_WIDTH);
	*to++ = ' ';
	begin = to;
	return put_pad(format_u64(to, inode), begin, INODE_WIDTH);
}

char *columns_put_program(char *to, const struct socket_owner *owner)
{
	char *begin;
	size_t size, room;

	*to++ = ' ';
	begin = to;
	if (!owner)
		return put_left(to, "-", PROGRAM_WIDTH);
	to = put_i64(to, owner->pid);
	*to++ = '/';
	room = PROGRAM_WIDTH - 1 - (size_t)(to - begin);
	size = owner->name_length;
	to = put_bytes(to, owner->name, size < room ? size : room);
	return put_pad(to, begin, PROGRAM_WIDTH);
}

char *columns_put_context(char *to, const struct socket_owner *owner)
{
	const char *context = owner && owner->context ? owner->context : "-";
	size_t size = strlen(context);

	if (size > CONTEXT_WIDTH - 1)
		context += size - (CONTEXT_WIDTH - 1);
	*to++ = ' ';
	return put_left(to, context, CONTEXT_WIDTH);
}

char *columns_put(char *to, const struct netstat_options *options, int32_t uid, uint64_t inode,
		  const struct socket_texts *texts)
{
	if (options->extend)
		to = put_user(to, uid, inode, texts);
	if (options->programs)
		to = columns_put_program(to, texts->owner);
	if (options->context)
		to = columns_put_context(to, texts->owner);
	return to;
}
