/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of tcp, udp, udplite and raw sockets -> netstat's lines. Pure. */
#include "netstat/layout/text.h"

#include "base/cleanup.h"
#include "netstat/layout/address.h"
#include "netstat/layout/columns.h"
#include "netstat/layout/put.h"
#include "netstate/tcp_state.h"

#define QUEUE_WIDTH 6
#define STATE_WIDTH 11
#define NUMBERS_ROOM 512 /* what a line needs beyond the texts that come from outside */

struct protocol_layout {
	const char *name[2]; /* IPv4, IPv6; padded, with the blank behind */
	const char *(*state_name)(unsigned int state);
	const char *const *timers;
	size_t timer_count;
	bool has_retransmits;
};

static const char *const tcp_timers[] = {"off", "on", "keepalive", "timewait", "probe"};
static const char *const other_timers[] = {"off", "on1", "on2"};

static const char *udp_state_name(unsigned int state)
{
	switch (state) {
	case TCP_STATE_ESTABLISHED:
		return "ESTABLISHED";
	case TCP_STATE_CLOSE:
		return "";
	}
	return "UNKNOWN";
}

static const char *stream_state_name(unsigned int state)
{
	return state && state <= TCP_STATE_CLOSING ? tcp_state_name(state) : NULL;
}

static const struct protocol_layout layouts[INET_PROTOCOL_MAX] = {
	[INET_PROTOCOL_TCP] =
		{{"tcp   ", "tcp6  "}, stream_state_name, tcp_timers, ARRAY_SIZE(tcp_timers), true},
	[INET_PROTOCOL_UDP] = {{"udp   ", "udp6  "},
			       udp_state_name,
			       other_timers,
			       ARRAY_SIZE(other_timers),
			       false},
	[INET_PROTOCOL_UDPLITE] = {{"udpl  ", "udpl6 "},
				   udp_state_name,
				   other_timers,
				   ARRAY_SIZE(other_timers),
				   false},
	[INET_PROTOCOL_RAW] =
		{{"raw   ", "raw6  "}, NULL, other_timers, ARRAY_SIZE(other_timers), true},
};

static char *put_unknown(char *to, const char *before, uint64_t value, const char *after)
{
	return put_text(format_u64(put_text(to, before), value), after);
}

/* raw shows the number itself; 0 is no state of TCP's and has no text. */
static char *put_state(char *to, const struct protocol_layout *layout, unsigned int state)
{
	char *begin = to;
	const char *name;

	if (!layout->state_name)
		return put_pad(format_u64(to, state), begin, STATE_WIDTH);
	name = layout->state_name(state);
	if (name)
		to = put_text(to, name);
	else if (state)
		to = put_unknown(to, "UNKNOWN(", state, ")");
	return put_pad(to, begin, STATE_WIDTH);
}

/* TYPE (SECONDS/RETRANSMITS/PROBES); the seconds of a timer that is off are 0.00 whatever the file
 * says. */
static char *put_timer(char *to, const struct protocol_layout *layout, const struct inet_row *row)
{
	uint64_t ticks = row->timer ? (uint64_t)row->expires : 0;

	*to++ = ' ';
	if (row->timer < layout->timer_count)
		to = put_text(to, layout->timers[row->timer]);
	else
		to = put_unknown(to, "unkn-", row->timer, "");
	to = put_text(to, " (");
	to = format_u64(to, ticks / 100);
	*to++ = '.';
	to = format_fixed(to, ticks % 100, 2);
	*to++ = '/';
	to = put_i64(to, layout->has_retransmits ? row->retransmits : 0);
	*to++ = '/';
	to = put_i64(to, row->probes);
	*to++ = ')';
	return to;
}

static size_t text_size(const char *text)
{
	return text ? strlen(text) : 0;
}

static size_t room_for(const struct socket_texts *texts)
{
	return NUMBERS_ROOM + text_size(texts->local_host) + text_size(texts->local_port) +
	       text_size(texts->remote_host) + text_size(texts->remote_port) + columns_room(texts);
}

void text_inet_title(struct buf *out, const struct netstat_options *options)
{
	buf_puts(out, "Active Internet connections ");
	buf_puts(out, netstat_which(options));
	buf_puts(
		out,
		"\nProto Recv-Q Send-Q Local Address           Foreign Address         State      ");
	columns_header(out, options);
	buf_putc(out, '\n');
}

void text_inet(struct buf *out, const struct netstat_options *options, const struct inet_row *row,
	       const struct socket_texts *texts)
{
	const struct address_style style = {options->numeric_hosts, options->wide};
	const struct protocol_layout *layout = &layouts[row->protocol];
	char *to = buf_room(out, room_for(texts));
	char *begin;

	if (!to)
		return;
	to = put_bytes(to, layout->name[row->is_v6], 6);
	to = put_right_i64(to, (int64_t)row->rx_queue, QUEUE_WIDTH);
	*to++ = ' ';
	to = put_right_i64(to, (int64_t)row->tx_queue, QUEUE_WIDTH);
	*to++ = ' ';
	begin = to;
	to = address_put(to, &row->local, texts->local_host, texts->local_port, style);
	to = put_pad(to, begin, ADDRESS_WIDTH);
	*to++ = ' ';
	begin = to;
	to = address_put(to, &row->remote, texts->remote_host, texts->remote_port, style);
	to = put_pad(to, begin, ADDRESS_WIDTH);
	*to++ = ' ';
	to = put_state(to, layout, row->state);
	to = columns_put(to, options, row->uid, row->inode, texts);
	if (options->timers)
		to = put_timer(to, layout, row);
	*to++ = '\n';
	buf_commit(out, to);
}

/* tcp: by the remote port; the others by the remote address. */
bool netstat_shows_inet(const struct netstat_options *options, const struct inet_row *row)
{
	static const uint8_t unspecified[16] = {0};
	bool is_server;

	if (options->all)
		return true;
	if (row->protocol == INET_PROTOCOL_TCP)
		is_server = !row->remote.port;
	else if (row->is_v6)
		is_server = !memcmp(row->remote.addr, unspecified, 16);
	else
		is_server = !memcmp(row->remote.addr + 12, unspecified, 4);
	return is_server == options->listening;
}
