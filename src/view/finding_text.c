/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A finding -> a block of text. Pure. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/rune_width.h"
#include "base/safe.h"
#include "netstate/tcp_state.h"
#include "view/finding.h"
#include "view/put.h"

#define LINE_MAX_SIZE 1024
#define INDENT "  "

static const char *const colors[] = {
	[FINDING_NOTE] = "\033[36m",
	[FINDING_WARN] = "\033[1;33m",
	[FINDING_CRITICAL] = "\033[1;31m",
};

/* Breaks at blanks; what follows the first line is indented further. The text is made safe. */
static void put_wrapped(const struct finding_view *view, struct buf *out, const char *first,
			const char *rest, char *text)
{
	size_t room = view->width ? view->width : SIZE_MAX;
	const char *begin = first;

	safe_name(text, strlen(text));
	while (*text) {
		size_t used = strlen(begin), columns, size = strlen(text), fit;

		fit = room == SIZE_MAX || used + 8 >= room
			      ? size
			      : text_fitting(text, size, room - used, &columns);
		if (fit < size) {
			const char *blank = memrchr(text, ' ', fit + 1);

			fit = blank && blank > text ? (size_t)(blank - text) : strcspn(text, " ");
		}
		buf_puts(out, begin);
		buf_put(out, text, fit);
		buf_putc(out, '\n');
		text += fit;
		text += strspn(text, " ");
		begin = rest;
	}
}

static void put_line(const struct finding_view *view, struct buf *out, const char *label,
		     const char *text)
{
	char line[LINE_MAX_SIZE], first[24];

	snprintf(line, sizeof(line), "%s", text);
	snprintf(first, sizeof(first), INDENT "%-10s", label);
	put_wrapped(view, out, first, "            ", line);
}

static void put_head(const struct finding_view *view, const struct finding *finding,
		     struct buf *out)
{
	const char *severity = finding_severity_name(finding->severity);
	const char *confidence = finding_confidence_name(finding->confidence);
	const char *word = finding_word(finding->kind);
	char title[FINDING_TEXT_SIZE];

	if (view->color && finding->severity < ARRAY_SIZE(colors))
		buf_puts(out, colors[finding->severity]);
	buf_printf(out, "%s: %s", severity ? severity : "?", word ? word : "?");
	if (view->color)
		buf_puts(out, "\033[0m");
	buf_printf(out, " (%s confidence)\n", confidence ? confidence : "?");
	memcpy(title, finding->title, sizeof(title));
	put_wrapped(view, out, INDENT, INDENT INDENT, title);
}

static void put_who(const struct finding_view *view, const struct finding *finding, struct buf *out)
{
	char line[LINE_MAX_SIZE] = "";
	size_t at = 0;

	if (finding->pid)
		at += (size_t)snprintf(line + at, sizeof(line) - at, "%s (pid %u)",
				       finding->comm[0] ? finding->comm : "?", finding->pid);
	if (finding->unit[0])
		at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%s", at ? ", " : "",
				       finding->unit);
	if (finding->netns && finding->netns_name[0])
		snprintf(line + at, sizeof(line) - at, "%snamespace %s", at ? ", " : "",
			 finding->netns_name);
	else if (finding->netns && finding->netns != view->own_netns)
		snprintf(line + at, sizeof(line) - at, "%snamespace %u", at ? ", " : "",
			 finding->netns);
	if (line[0])
		put_line(view, out, "who", line);
}

static void put_limit(const struct finding_view *view, const struct finding *finding,
		      struct buf *out)
{
	const struct finding_limit *limit = &finding->limit;
	char line[LINE_MAX_SIZE];
	int size;

	if (!limit->name[0])
		return;
	size = snprintf(line, sizeof(line), "%s %llu of %llu", limit->name,
			(unsigned long long)limit->used, (unsigned long long)limit->max);
	if (limit->eta_ms != UINT64_MAX && limit->eta_ms)
		snprintf(line + size, sizeof(line) - (size_t)size, ", reached in %llu s",
			 (unsigned long long)(limit->eta_ms / 1000));
	put_line(view, out, "limit", line);
}

static size_t add_connection(const struct socket_detail *socket, char *to)
{
	char *at = put_endpoint(to, &socket->flow.local);

	if (socket->state != TCP_STATE_LISTEN) {
		memcpy(at, " -> ", 4);
		at = put_endpoint(at + 4, &socket->flow.remote);
	}
	return (size_t)(at - to);
}

static void put_connections(const struct finding_view *view, const struct finding *finding,
			    struct buf *out)
{
	char line[LINE_MAX_SIZE];
	size_t at = 0, i;

	for (i = 0; i < finding->connection_count && i < 4; i++) {
		uint32_t index = finding->connections[i];

		if (index >= view->socket_count || sizeof(line) - at < 256)
			break;
		if (at) {
			memcpy(line + at, ", ", 2);
			at += 2;
		}
		at += add_connection(&view->sockets[index], line + at);
	}
	line[at] = '\0';
	if (i && i < finding->count)
		snprintf(line + at, sizeof(line) - at, ", %u more", finding->count - (uint32_t)i);
	if (i)
		put_line(view, out, "conns", line);
}

void finding_text(const struct finding_view *view, const struct finding *finding, struct buf *out)
{
	put_head(view, finding, out);
	put_who(view, finding, out);
	for (uint32_t i = 0; i < finding->evidence_count && i < FINDING_LINES_MAX; i++)
		put_line(view, out, i ? "" : "evidence", finding->evidence[i]);
	put_limit(view, finding, out);
	put_connections(view, finding, out);
	if (finding->advice[0])
		put_line(view, out, "do", finding->advice);
	if (finding->command[0]) {
		char command[FINDING_TEXT_SIZE];

		memcpy(command, finding->command, sizeof(command));
		safe_name(command, strlen(command));
		buf_printf(out, INDENT "%-10s%s\n", "run", command);
	}
	buf_putc(out, '\n');
}
