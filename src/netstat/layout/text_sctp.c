/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of SCTP endpoints and associations -> netstat's lines, one for each further address. Pure.
 */
#include "netstat/layout/text.h"

#include "netstat/layout/address.h"
#include "netstat/layout/columns.h"
#include "netstat/layout/put.h"
#include "netstate/tcp_state.h"

#define ADDRESS_INDENT 20
#define ENDPOINT_WIDTH 47
#define STATE_WIDTH 11
#define LINE_ROOM 512
#define HOST_KEPT 63 /* of a name */

static char *put_sctp_state(char *to, unsigned int state)
{
	char *begin = to;

	if (state && state <= TCP_STATE_CLOSING)
		to = put_text(to, tcp_state_name(state));
	else if (state)
		to = put_text(format_u64(put_text(to, "UNKNOWN("), state), ")");
	return put_pad(to, begin, STATE_WIDTH);
}

/* Of an association only the first line has ports; a side that has no more addresses is blank. */
static char *put_side(char *to, const struct endpoint *list, size_t count, size_t at,
		      const char *const *hosts, bool with_port, bool numeric)
{
	const struct address_style style = {numeric, true};
	char name[HOST_KEPT + 1];
	const char *host = NULL;

	if (at >= count)
		return to;
	if (hosts[at])
		host = memcpy(name, hosts[at], strnlen(hosts[at], HOST_KEPT) + 1);
	name[HOST_KEPT] = '\0';
	if (with_port)
		return address_put(to, &list[at], host, NULL, style);
	return address_put_host(to, &list[at], host, numeric);
}

static size_t room_for(const struct sctp_row *row, const char *const *local_hosts,
		       const char *const *remote_hosts, size_t at)
{
	size_t room = LINE_ROOM;

	if (at < row->local_count && local_hosts[at])
		room += strlen(local_hosts[at]);
	if (at < row->remote_count && remote_hosts[at])
		room += strlen(remote_hosts[at]);
	return room;
}

static char *put_queues(char *to, const struct sctp_row *row, bool first)
{
	if (!first)
		return put_blanks(to, ADDRESS_INDENT);
	to = put_text(to, "sctp  ");
	if (!row->is_association)
		return put_blanks(to, ADDRESS_INDENT - 6);
	to = put_right_i64(to, row->rx_queue, 6);
	*to++ = ' ';
	to = put_right_i64(to, row->tx_queue, 6);
	*to++ = ' ';
	return to;
}

void text_sctp(struct buf *out, const struct netstat_options *options, const struct sctp_row *row,
	       const char *const *local_hosts, const char *const *remote_hosts,
	       const struct socket_texts *texts)
{
	bool is_association = row->is_association;
	bool numeric = options->numeric_hosts || options->numeric_ports || options->numeric_users;
	size_t width = is_association ? ADDRESS_WIDTH : ENDPOINT_WIDTH;
	size_t count = row->local_count > row->remote_count ? row->local_count : row->remote_count;
	char *to, *begin;

	for (size_t i = 0; i < count || !i; i++) {
		to = buf_room(out,
			      room_for(row, local_hosts, remote_hosts, i) + columns_room(texts));
		if (!to)
			return;
		if (i > 0)
			*to++ = '\n';
		begin = to = put_queues(to, row, !i);
		to = put_side(to, row->local, row->local_count, i, local_hosts,
			      !i || !is_association, numeric);
		to = put_pad(to, begin, width);
		*to++ = ' ';
		begin = to;
		if (is_association) {
			to = put_side(to, row->remote, row->remote_count, i, remote_hosts, !i,
				      numeric);
			to = put_pad(to, begin, width);
			*to++ = ' ';
		}
		to = i ? put_blanks(to, STATE_WIDTH) : put_sctp_state(to, row->state);
		buf_commit(out, to);
	}
	to = buf_room(out, columns_room(texts));
	if (!to)
		return;
	to = columns_put(to, options, row->uid, row->inode, texts);
	if (options->timers)
		*to++ = ' ';
	*to++ = '\n';
	buf_commit(out, to);
}
