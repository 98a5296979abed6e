/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A finding -> one JSON object a line. Pure. */
#include <inttypes.h>
#include <string.h>

#include "base/json_string.h"
#include "netstate/tcp_state.h"
#include "view/finding.h"
#include "view/put.h"

static void put_text(struct buf *out, const char *key, const char *text)
{
	buf_printf(out, "\"%s\":", key);
	if (text && text[0])
		json_string(out, text, strlen(text));
	else
		buf_puts(out, "null");
}

static void put_number(struct buf *out, const char *key, uint64_t value, bool known)
{
	if (known)
		buf_printf(out, "\"%s\":%" PRIu64, key, value);
	else
		buf_printf(out, "\"%s\":null", key);
}

static void put_end(struct buf *out, char side, const struct endpoint *end)
{
	char text[PUT_ENDPOINT_MAX];

	*put_address(text, end) = '\0';
	buf_printf(out, "\"%caddr\":\"%s\",\"%cport\":%u", side, text, side, end->port);
}

static void put_connection(struct buf *out, const struct socket_detail *socket)
{
	buf_putc(out, '{');
	put_text(out, "state", tcp_state_name(socket->state));
	buf_putc(out, ',');
	put_end(out, 'l', &socket->flow.local);
	buf_putc(out, ',');
	put_end(out, 'r', &socket->flow.remote);
	buf_putc(out, ',');
	put_number(out, "netns", socket->flow.netns, socket->flow.netns);
	buf_putc(out, ',');
	put_number(out, "cookie", socket->flow.cookie, socket->flow.cookie);
	buf_putc(out, ',');
	put_number(out, "pid", socket->flow.pid, socket->flow.pid);
	buf_putc(out, ',');
	put_text(out, "comm", socket->flow.comm);
	buf_putc(out, ',');
	put_number(out, "recv_queue", socket->unread, socket->form == SOCKET_FULL);
	buf_putc(out, ',');
	put_number(out, "send_queue", socket->unacked, socket->form == SOCKET_FULL);
	buf_putc(out, '}');
}

static void put_connections(const struct finding_view *view, const struct finding *finding,
			    struct buf *out)
{
	bool first = true;

	buf_puts(out, "\"connections\":[");
	for (uint32_t i = 0; i < finding->connection_count && i < FINDING_CONNECTIONS_MAX; i++) {
		if (finding->connections[i] >= view->socket_count)
			continue;
		if (!first)
			buf_putc(out, ',');
		first = false;
		put_connection(out, &view->sockets[finding->connections[i]]);
	}
	buf_puts(out, "]");
}

static void put_subject(const struct finding *finding, struct buf *out)
{
	buf_puts(out, "\"subject\":{");
	put_number(out, "pid", finding->pid, finding->pid);
	buf_putc(out, ',');
	put_text(out, "comm", finding->comm);
	buf_putc(out, ',');
	put_text(out, "unit", finding->unit);
	buf_putc(out, ',');
	put_number(out, "netns", finding->netns, finding->netns);
	buf_putc(out, ',');
	put_text(out, "netns_name", finding->netns_name);
	buf_puts(out, "},");
}

static void put_limit(const struct finding *finding, struct buf *out)
{
	const struct finding_limit *limit = &finding->limit;

	if (!limit->name[0]) {
		buf_puts(out, "\"limit\":null,");
		return;
	}
	buf_puts(out, "\"limit\":{");
	put_text(out, "name", limit->name);
	buf_putc(out, ',');
	put_number(out, "used", limit->used, true);
	buf_putc(out, ',');
	put_number(out, "max", limit->max, limit->max != UINT64_MAX);
	buf_putc(out, ',');
	put_number(out, "reached_in_ms", limit->eta_ms, limit->eta_ms != UINT64_MAX);
	buf_puts(out, "},");
}

static void put_measures(const struct finding *finding, struct buf *out)
{
	put_number(out, "count", finding->count, true);
	buf_putc(out, ',');
	put_number(out, "since_ms", finding->since_ms, finding->since_ms != UINT64_MAX);
	buf_printf(out, ",\"since_at_least\":%s,", finding->since_at_least ? "true" : "false");
	if (finding->rate_milli)
		buf_printf(out, "\"rate\":%" PRIu64 ".%03u,", finding->rate_milli / 1000,
			   (unsigned int)(finding->rate_milli % 1000));
	else
		buf_puts(out, "\"rate\":null,");
	put_limit(finding, out);
}

void finding_json(const struct finding_view *view, const struct finding *finding, struct buf *out)
{
	buf_putc(out, '{');
	put_text(out, "time", view->time);
	buf_putc(out, ',');
	put_text(out, "finding", finding_word(finding->kind));
	buf_putc(out, ',');
	put_text(out, "severity", finding_severity_name(finding->severity));
	buf_putc(out, ',');
	put_text(out, "confidence", finding_confidence_name(finding->confidence));
	buf_putc(out, ',');
	put_subject(finding, out);
	put_text(out, "title", finding->title);
	buf_putc(out, ',');
	put_measures(finding, out);
	buf_puts(out, "\"evidence\":[");
	for (uint32_t i = 0; i < finding->evidence_count && i < FINDING_LINES_MAX; i++) {
		if (i)
			buf_putc(out, ',');
		json_string(out, finding->evidence[i], strlen(finding->evidence[i]));
	}
	buf_puts(out, "],");
	put_text(out, "advice", finding->advice);
	buf_putc(out, ',');
	put_text(out, "command", finding->command);
	buf_putc(out, ',');
	put_connections(view, finding, out);
	buf_puts(out, "}\n");
}
