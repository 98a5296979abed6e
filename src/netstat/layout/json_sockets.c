/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Socket rows -> JSON lines. Pure. */
#include "base/address.h"
#include "base/cleanup.h"
#include "base/format.h"
#include "netstat/layout/json_layout.h"
#include "netstat/layout/json_parts.h"
#include "netstat/layout/json_put.h"
#include "netstate/tcp_state.h"

static const char *const protocols[INET_PROTOCOL_MAX] = {
	[INET_PROTOCOL_TCP] = "tcp",
	[INET_PROTOCOL_UDP] = "udp",
	[INET_PROTOCOL_UDPLITE] = "udplite",
	[INET_PROTOCOL_RAW] = "raw",
};

static const char *const tcp_timers[] = {"off", "on", "keepalive", "timewait", "probe"};
static const char *const other_timers[] = {"off", "on1", "on2"};

void json_numbered(struct buf *out, const char *key, const char *word, uint64_t number)
{
	json_key(out, key);
	buf_putc(out, '"');
	buf_puts(out, word);
	buf_u64(out, number);
	buf_putc(out, '"');
}

static void put_address(struct buf *out, const struct endpoint *end)
{
	char *to = buf_room(out, FORMAT_IP6_MAX + 2);

	if (!to)
		return;
	*to++ = '"';
	to = address_format(to, end->addr);
	*to++ = '"';
	buf_commit(out, to);
}

static void put_tcp_state(struct buf *out, uint32_t state)
{
	const char *name = tcp_state_name(state);

	if (name)
		json_text(out, "state", name);
	else
		json_numbered(out, "state", "state-", state);
}

static void put_state(struct buf *out, const struct inet_row *row)
{
	if (row->protocol == INET_PROTOCOL_RAW)
		json_numbered(out, "state", "", row->state);
	else if (row->protocol != INET_PROTOCOL_TCP && row->state == TCP_STATE_CLOSE)
		json_null(out, "state");
	else
		put_tcp_state(out, row->state);
}

static void put_end(struct buf *out, const char *addr_key, const char *port_key,
		    const struct endpoint *end)
{
	json_key(out, addr_key);
	put_address(out, end);
	json_u64(out, port_key, end->port);
}

static void put_names(struct buf *out, const struct netstat_options *options,
		      const struct socket_texts *texts)
{
	if (!options->numeric_hosts) {
		json_text(out, "lhost", texts->local_host);
		json_text(out, "rhost", texts->remote_host);
	}
	if (!options->numeric_ports) {
		json_text(out, "lservice", texts->local_port);
		json_text(out, "rservice", texts->remote_port);
	}
}

void json_owner(struct buf *out, const struct netstat_options *options,
		const struct socket_owner *owner)
{
	if (options->programs && owner) {
		json_i64(out, "pid", owner->pid);
		json_bytes(out, "program", owner->name, owner->name_length);
	} else if (options->programs) {
		json_null(out, "pid");
		json_null(out, "program");
	}
	if (options->context)
		json_text(out, "context", owner ? owner->context : NULL);
}

static void put_user(struct buf *out, const struct netstat_options *options, int32_t uid,
		     uint64_t inode, const struct socket_texts *texts)
{
	json_i64(out, "uid", uid);
	if (!options->numeric_users)
		json_text(out, "user", texts->user);
	json_u64(out, "inode", inode);
}

static void put_timer(struct buf *out, const struct inet_row *row)
{
	bool is_tcp = row->protocol == INET_PROTOCOL_TCP;
	size_t known = is_tcp ? ARRAY_SIZE(tcp_timers) : ARRAY_SIZE(other_timers);
	int64_t ticks = row->timer ? row->expires : 0;
	uint64_t size = ticks < 0 ? 0 - (uint64_t)ticks : (uint64_t)ticks;

	if (row->timer < known)
		json_text(out, "timer", is_tcp ? tcp_timers[row->timer] : other_timers[row->timer]);
	else
		json_numbered(out, "timer", "unkn-", row->timer);
	json_key(out, "timer_s");
	buf_puts(out, ticks < 0 ? "-" : "");
	buf_u64(out, size / 100);
	buf_putc(out, '.');
	buf_putc(out, (char)('0' + size / 10 % 10));
	buf_putc(out, (char)('0' + size % 10));
	json_i64(out, "retransmits", row->retransmits);
	json_i64(out, "probes", row->probes);
}

static void json_inet(struct buf *out, const struct netstat_options *options,
		      const struct inet_row *row, const struct socket_texts *texts)
{
	json_open(out, "inet");
	json_text(out, "protocol",
		  row->protocol < INET_PROTOCOL_MAX ? protocols[row->protocol] : NULL);
	json_text(out, "family", row->is_v6 ? "inet6" : "inet");
	put_state(out, row);
	json_u64(out, "recv_q", row->rx_queue);
	json_u64(out, "send_q", row->tx_queue);
	put_end(out, "laddr", "lport", &row->local);
	put_end(out, "raddr", "rport", &row->remote);
	put_names(out, options, texts);
	put_user(out, options, row->uid, row->inode, texts);
	put_timer(out, row);
	json_owner(out, options, texts->owner);
	json_close(out);
}

static void put_addresses(struct buf *out, const char *key, const struct endpoint *ends,
			  size_t count)
{
	json_key(out, key);
	buf_putc(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_putc(out, ',');
		put_address(out, &ends[i]);
	}
	buf_putc(out, ']');
}

static void put_hosts(struct buf *out, const char *key, const char *const *hosts, size_t count)
{
	json_key(out, key);
	buf_putc(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_putc(out, ',');
		if (hosts[i])
			json_string(out, hosts[i], strlen(hosts[i]));
		else
			buf_puts(out, "null");
	}
	buf_putc(out, ']');
}

static void json_sctp(struct buf *out, const struct netstat_options *options,
		      const struct sctp_row *row, const char *const *local_hosts,
		      const char *const *remote_hosts, const struct socket_texts *texts)
{
	json_open(out, "sctp");
	json_bool(out, "association", row->is_association);
	put_tcp_state(out, row->state);
	if (row->is_association) {
		json_u64(out, "recv_q", row->rx_queue);
		json_u64(out, "send_q", row->tx_queue);
	} else {
		json_null(out, "recv_q");
		json_null(out, "send_q");
	}
	put_addresses(out, "laddrs", row->local, row->local_count);
	put_addresses(out, "raddrs", row->remote, row->remote_count);
	json_u64(out, "lport", row->local_port);
	json_u64(out, "rport", row->remote_port);
	if (!options->numeric_hosts) {
		put_hosts(out, "lhosts", local_hosts, row->local_count);
		put_hosts(out, "rhosts", remote_hosts, row->remote_count);
	}
	put_user(out, options, row->uid, row->inode, texts);
	json_owner(out, options, texts->owner);
	json_close(out);
}

static void no_title(struct buf *out, const struct netstat_options *options)
{
}

static void no_unix_title(struct buf *out, const struct netstat_options *options, bool has_inode)
{
}

const struct socket_layout netstat_json_layout = {
	.inet_title = no_title,
	.inet = json_inet,
	.sctp = json_sctp,
	.unix_title = no_unix_title,
	.unix_socket = json_unix,
};
