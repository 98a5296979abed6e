/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The column that --all-netns puts in front of a listing. Pure. */
#include "netstat/layout/netns_column.h"

#include <stdio.h>
#include <string.h>

#include "base/json_string.h"
#include "base/safe.h"

size_t netns_label(const struct netns_column *column, char *label)
{
	if (column->name)
		snprintf(label, NETNS_LABEL_MAX + 1, "%s", column->name);
	else
		snprintf(label, NETNS_LABEL_MAX + 1, "%llu", (unsigned long long)column->inode);
	safe_text(label);
	for (char *at = label; (at = strchr(at, '\n'));)
		*at = '?';
	return strlen(label);
}

static void put_text_line(struct buf *out, const struct netns_column *column, const char *label,
			  const char *line, size_t size)
{
	size_t length = strlen(label);

	buf_put(out, label, length);
	buf_fill(out, ' ', column->width > length ? column->width - length + 1 : 1);
	buf_put(out, line, size);
}

/* {"kind": ... becomes {"netns":1,"netns_name":null,"kind": ... */
static void put_json_line(struct buf *out, const struct netns_column *column, const char *line,
			  size_t size)
{
	buf_puts(out, "{\"netns\":");
	buf_u64(out, column->inode);
	buf_puts(out, ",\"netns_name\":");
	if (column->name)
		json_string(out, column->name, strlen(column->name));
	else
		buf_puts(out, "null");
	buf_putc(out, ',');
	buf_put(out, line + 1, size - 1);
}

void netns_column_put(struct buf *out, const struct netns_column *column, const struct buf *lines)
{
	char label[NETNS_LABEL_MAX + 1];
	const char *end;
	size_t number = 0;

	netns_label(column, label);
	if (!lines->len) /* its memory may be none */
		return;
	end = lines->data + lines->len;
	for (const char *line = lines->data, *next; line < end; line = next, number++) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t size;

		next = newline ? newline + 1 : end;
		size = (size_t)(next - line);
		if (column->json)
			put_json_line(out, column, line, size);
		else if (number >= column->titles)
			put_text_line(out, column, label, line, size);
		else if (column->first && number)
			put_text_line(out, column, number == NETNS_TITLE_LINE ? NETNS_TITLE : "",
				      line, size);
		else if (column->first)
			buf_put(out, line, size);
	}
}
