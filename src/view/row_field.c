/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The field table of connections. Pure. */
#include "view/row_field.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "view/field_list.h"
#include "view/row_get.h"

/* clang-format off */
#define SHARED(id) { .shared = id }
#define OWN(text, json_type, getter, head, columns, at_right, ask, sentence)                          \
	{                                                                                             \
		.name = text, .key = ",\"" text "\":", .key_size = sizeof(text) + 3,                  \
		.json = FIELD_JSON_##json_type, .shared = FIELD_MAX, .get = getter, .header = head,   \
		.width = columns, .right = at_right, .detail = ask, .help = sentence                  \
	}

const struct row_field row_fields[ROW_FIELD_MAX] = {
	[ROW_TIME] = SHARED(FIELD_TIME),
	[ROW_KTIME_NS] = SHARED(FIELD_KTIME_NS),
	[ROW_KIND] = OWN("kind", STRING, row_get_kind, "KIND", 10, false, false,
		"connection; socket, where it is no TCP connection; events have other words here"),
	[ROW_NETNS] = SHARED(FIELD_NETNS),
	[ROW_PROTOCOL] = SHARED(FIELD_PROTOCOL),
	[ROW_COOKIE] = SHARED(FIELD_COOKIE),
	[ROW_FAMILY] = SHARED(FIELD_FAMILY),
	[ROW_LADDR] = SHARED(FIELD_LADDR),
	[ROW_LPORT] = SHARED(FIELD_LPORT),
	[ROW_RADDR] = SHARED(FIELD_RADDR),
	[ROW_RPORT] = SHARED(FIELD_RPORT),
	[ROW_OLD] = OWN("old", STRING, row_get_old, "BEFORE", 11, false, false,
		"the state before; null where it was not seen"),
	[ROW_NEW] = SHARED(FIELD_NEW),
	[ROW_AFTER_US] = SHARED(FIELD_AFTER_US),
	[ROW_PID] = SHARED(FIELD_PID),
	[ROW_COMM] = SHARED(FIELD_COMM),
	[ROW_UID] = OWN("uid", NUMBER, row_get_uid, "UID", 6, true, false,
		"user id of the owner where one is known, else of the socket"),
	[ROW_OWNER] = SHARED(FIELD_OWNER),
	[ROW_CGROUP] = SHARED(FIELD_CGROUP),
	[ROW_ERR] = SHARED(FIELD_ERR),
	[ROW_FD] = SHARED(FIELD_FD),
	[ROW_RET] = SHARED(FIELD_RET),
	[ROW_LATENCY_US] = SHARED(FIELD_LATENCY_US),
	[ROW_LOST] = SHARED(FIELD_LOST),
	[ROW_STATE] = OWN("state", STRING, row_get_state, "STATE", 11, false, false,
		"the state, in netstat's words; half-open connections are SYN_RECV"),
	[ROW_SINCE] = OWN("since", STRING, row_get_since, "SINCE", 15, false, false,
		"when it entered the state; null where that was before netstate looked"),
	[ROW_AGE_US] = OWN("age_us", NUMBER, row_get_age, "AGE", 7, true, false,
		"time in the state (JSON: microseconds); null where its beginning was not seen"),
	[ROW_EXPIRES_MS] = OWN("expires_ms", NUMBER, row_get_expires_ms, "EXPIRES_MS", 10, true, false,
		"when the kernel means to drop it, in milliseconds from now; null where nothing expires"),
	[ROW_OWNERS] = OWN("owners", ARRAY, row_get_owners, "OWNERS", 20, false, false,
		"every process that holds the socket: PID/COMM,... (JSON: an array of pid, comm, uid, owner)"),
	[ROW_RECV_Q] = OWN("recv_q", NUMBER, row_get_recv_q, "RECV-Q", 6, true, false,
		"bytes that the process has not read; LISTEN: connections that wait for accept"),
	[ROW_SEND_Q] = OWN("send_q", NUMBER, row_get_send_q, "SEND-Q", 6, true, false,
		"bytes that the peer has not acknowledged; LISTEN: the backlog asked for"),
	[ROW_ACCEPT_QUEUE] = OWN("accept_queue", NUMBER, row_get_accept_queue, "ACCEPT-Q", 8, true, false,
		"LISTEN: connections that wait for accept"),
	[ROW_BACKLOG] = OWN("backlog", NUMBER, row_get_backlog, "BACKLOG", 7, true, false,
		"LISTEN: how many may wait before the kernel turns new ones away"),
	[ROW_RETRIES] = OWN("retries", NUMBER, row_get_retries, "RETRIES", 7, true, false,
		"half-open: SYN-ACK retransmissions; otherwise retransmissions of the segment in flight"),
	[ROW_RTT_US] = OWN("rtt_us", NUMBER, row_get_rtt, "RTT", 8, true, true,
		"smoothed round trip time (JSON: microseconds)"),
	[ROW_RETRANSMITS] = OWN("retransmits", NUMBER, row_get_retransmits, "RETRANS", 7, true, true,
		"segments retransmitted during the connection's lifetime"),
	[ROW_BYTES_SENT] = OWN("bytes_sent", NUMBER, row_get_bytes_sent, "SENT", 10, true, true,
		"bytes of data sent, retransmissions included, as ss -i counts them"),
	[ROW_BYTES_RECEIVED] = OWN("bytes_received", NUMBER, row_get_bytes_received, "RECEIVED", 10, true, true,
		"bytes received in order, as ss -i counts them: a FIN is one"),
	[ROW_INODE] = OWN("inode", NUMBER, row_get_inode, "INODE", 8, true, true,
		"inode number of the socket's file; null where no process has one"),
	[ROW_UNIT] = OWN("unit", STRING, row_get_unit, "UNIT", 20, false, false,
		"container or systemd unit, where the cgroup's path tells it in names that root gave; below a user's manager marked: `user@1000:nginx.service`"),
	[ROW_MINISOCKET] = OWN("minisocket", STRING, row_get_minisocket, "MINISOCKET", 10, false, false,
		"time-wait or request, where the kernel keeps a small record in place of a socket"),
	[ROW_NETNS_NAME] = SHARED(FIELD_NETNS_NAME),
	[ROW_DEVICE] = OWN("device", STRING, row_get_device, "DEVICE", 10, false, true,
		"the device that the socket is bound to, by name or else by index; null where it is bound to none"),
	[ROW_FWMARK] = OWN("fwmark", NUMBER, row_get_fwmark, "FWMARK", 6, true, true,
		"the socket's mark (SO_MARK)"),
	[ROW_OPENED_BY] = OWN("opened_by", OBJECT, row_get_opened_by, "OPENED-BY", 20, false, false,
		"the process that connected, listened or accepted (JSON: pid, comm); null where that was not seen"),
	[ROW_CLOSED_BY] = OWN("closed_by", OBJECT, row_get_closed_by, "CLOSED-BY", 20, false, false,
		"the process that closed it or shut it down (JSON: pid, comm); null where none did, or that was not seen"),
	[ROW_HOLDING] = OWN("holding", STRING, row_get_holding, "HOLDING", 12, false, false,
		"what keeps the socket: process, accept_queue, in_flight (no process has a descriptor of it), nobody"),
	[ROW_LISTENER] = OWN("listener", OBJECT, row_get_listener, "QUEUED-AT", 9, true, false,
		"waits for accept there (JSON: cookie, pid, comm, accept_queue, backlog); null for all others"),
	[ROW_IDLE_US] = OWN("idle_us", NUMBER, row_get_idle, "IDLE", 7, true, true,
		"time since data was last sent or received, or since the connection was made where none was (JSON: microseconds)"),
	[ROW_LAST_RECEIVED_US] = OWN("last_received_us", NUMBER, row_get_last_received, "LAST-RX", 7, true, true,
		"time since data last arrived (JSON: microseconds); null where none has"),
	[ROW_LAST_SENT_US] = OWN("last_sent_us", NUMBER, row_get_last_sent, "LAST-TX", 7, true, true,
		"time since data was last sent, retransmissions included (JSON: microseconds); null where none was"),
	[ROW_LAST_ACK_US] = OWN("last_ack_us", NUMBER, row_get_last_ack, "LAST-ACK", 8, true, true,
		"time since an acknowledgement last arrived (JSON: microseconds)"),
	[ROW_KEEPALIVE] = OWN("keepalive", STRING, row_get_keepalive, "KEEPALIVE", 9, false, true,
		"on or off (SO_KEEPALIVE)"),
	[ROW_KEEPALIVE_IDLE_US] = OWN("keepalive_idle_us", NUMBER, row_get_keepalive_idle, "KA-IDLE", 7, true, true,
		"how long the peer may be silent before the first keepalive probe (JSON: microseconds); null where keepalive is off"),
	[ROW_KEEPALIVE_INTERVAL_US] = OWN("keepalive_interval_us", NUMBER, row_get_keepalive_interval, "KA-INTVL", 8, true, true,
		"time between two keepalive probes (JSON: microseconds); null where keepalive is off"),
	[ROW_KEEPALIVE_PROBES_LEFT] = OWN("keepalive_probes_left", NUMBER, row_get_keepalive_left, "KA-LEFT", 7, true, true,
		"keepalive probes that may still go unanswered before the kernel ends the connection; null where keepalive is off"),
	[ROW_SND_WND] = OWN("snd_wnd", NUMBER, row_get_snd_wnd, "SND-WND", 8, true, true,
		"the peer's receive window: bytes beyond the acknowledged ones that it accepts"),
	[ROW_RCV_WND] = OWN("rcv_wnd", NUMBER, row_get_rcv_wnd, "RCV-WND", 8, true, true,
		"this host's receive window: bytes that the peer may still send"),
	[ROW_ZERO_WINDOW_US] = OWN("zero_window_us", NUMBER, row_get_zero_window, "ZERO-WND", 8, true, true,
		"how long data has waited for the peer's window, which is zero now (JSON: microseconds); null where none waits"),
	[ROW_UNACKED] = OWN("unacked", NUMBER, row_get_unacked, "UNACKED", 7, true, true,
		"bytes sent and not yet acknowledged; a SYN or FIN counts as one"),
	[ROW_GIVES_UP_US] = OWN("gives_up_us", NUMBER, row_get_gives_up, "GIVES-UP", 8, true, true,
		"time until the kernel ends the connection unless an answer arrives (JSON: microseconds); null where nothing is retransmitted or probed"),
	[ROW_SOCKET_TYPE] = OWN("socket_type", STRING, row_get_socket_type, "TYPE", 9, false, false,
		"UNIX: stream, dgram or seqpacket; null for all others"),
	[ROW_PATH] = OWN("path", STRING, row_get_path, "PATH", 30, false, false,
		"UNIX: the address that it is bound to, an abstract one with @ in front; null where it has none"),
	[ROW_PEER_INODE] = OWN("peer_inode", NUMBER, row_get_peer_inode, "PEER", 8, true, false,
		"UNIX: inode number of the socket at the far end; null where there is none, or it waits for accept"),
	[ROW_PEER_PATH] = OWN("peer_path", STRING, row_get_peer_path, "PEER-PATH", 30, false, false,
		"UNIX: the address that the far end is bound to"),
	[ROW_PEER_OWNERS] = OWN("peer_owners", ARRAY, row_get_peer_owners, "PEER-OWNERS", 20, false, false,
		"UNIX: every process that holds the far end: PID/COMM,... (JSON: an array as owners); null for all others"),
	[ROW_LOCAL] = SHARED(FIELD_LOCAL),
	[ROW_REMOTE] = SHARED(FIELD_REMOTE),
	[ROW_EXPIRES] = OWN("expires", NONE, row_get_expires, "EXPIRES", 7, true, false,
		"time until the kernel drops it; in JSON expires_ms"),
	[ROW_TROUBLE] = OWN("trouble", NONE, row_get_trouble, "TROUBLE", 11, false, false,
		"what needs attention first: queue full, hangs, retransmits, not closed (CLOSE_WAIT for a minute)"),
	[ROW_SENT_RATE] = OWN("sent_rate", NONE, row_get_sent_rate, "SENT/S", 8, true, true,
		"live: bytes sent a second, retransmissions included; in JSON bytes_sent"),
	[ROW_RECEIVED_RATE] = OWN("received_rate", NONE, row_get_received_rate, "RECV/S", 8, true, true,
		"live: bytes received in order a second; in JSON bytes_received"),
};
/* clang-format on */

const struct row_columns row_columns_default = {
	.ids = {ROW_STATE, ROW_RECV_Q, ROW_SEND_Q, ROW_LOCAL, ROW_REMOTE, ROW_PID, ROW_COMM,
		ROW_EXPIRES, ROW_UNIT},
	.count = 9,
};

static bool is_shared(const struct row_field *field)
{
	return field->shared != FIELD_MAX;
}

struct row_field_text row_field_text(unsigned int id)
{
	const struct row_field *own = &row_fields[id];
	const struct field *event = &fields[is_shared(own) ? own->shared : 0];

	if (is_shared(own))
		return (struct row_field_text){event->name, event->header, event->help,
					       event->width, event->json};
	return (struct row_field_text){own->name, own->header, own->help, own->width, own->json};
}

void row_view_init(struct row_view *view, const struct connection *row,
		   const struct connection_detail *detail, uint64_t now_ns)
{
	view->row = row;
	view->detail = detail;
	view->owner_count = 0;
	view->listener = NULL;
	view->unix_facts = NULL;
	view->rates = NULL;
	view->now_ns = now_ns;
	view->event = (struct event){
		.kind = EVENT_STATE,
		.old_state = row->previous,
		.new_state = row->state,
		.fd = -1,
		.ktime_ns = now_ns,
		.after_ns = EVENT_NS_UNKNOWN,
		.latency_ns = EVENT_NS_UNKNOWN,
		.flow = row->flow,
	};
}

/* The device belongs to the local address, and to a remote one that is link-local. */
static void get_shared(const struct row_field *field, unsigned int id, const struct row_view *row,
		       struct field_value *ret_value)
{
	field_get(&fields[field->shared], &row->event, ret_value);
	if (ret_value->type != VALUE_ENDPOINT || !row->detail)
		return;
	if (id == ROW_LOCAL || (id == ROW_REMOTE && endpoint_is_link_local(ret_value->end)))
		ret_value->number = row->detail->device;
}

void row_field_get(struct view *view, unsigned int id, const struct row_view *row,
		   struct field_value *ret_value)
{
	const struct row_field *field = &row_fields[id];

	ret_value->type = VALUE_NULL;
	if (id == ROW_NEW)
		row_get_state(row, ret_value);
	else if (row->unix_facts && id == ROW_LOCAL)
		row_get_unix_local(row, ret_value);
	else if (row->unix_facts && id == ROW_REMOTE)
		row_get_unix_remote(row, ret_value);
	else if (is_shared(field))
		get_shared(field, id, row, ret_value);
	else if (id == ROW_UNIT)
		row_get_unit_of(view, row, ret_value);
	else if (!field->detail || row->detail)
		field->get(row, ret_value);
}

/* The word without the unit of its JSON number: "age" of "age_us". */
static bool is_span(const char *name, const char *word, size_t size)
{
	return strlen(name) == size + 3 && !memcmp(name, word, size) && !strcmp(name + size, "_us");
}

int row_field_find(const char *word, size_t size)
{
	static const struct {
		const char *name;
		uint8_t id;
	} others[] = {
		{"container", ROW_UNIT},
		{"recv-q", ROW_RECV_Q},
		{"send-q", ROW_SEND_Q},
		{"previous", ROW_OLD},
	};

	for (unsigned int id = 0; id < ROW_FIELD_MAX; id++) {
		if (field_is(row_field_text(id).name, word, size))
			return (int)id;
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (field_is(others[i].name, word, size))
			return others[i].id;
	}
	for (unsigned int id = 0; id < ROW_FIELD_MAX; id++) {
		if (is_span(row_field_text(id).name, word, size))
			return (int)id;
	}
	return -1;
}

int row_columns_parse(const char *text, struct row_columns *ret_columns)
{
	struct row_columns columns = {};
	int err = field_list_parse(text, row_field_find, columns.ids, ROW_COLUMNS_MAX,
				   &columns.count);

	if (!err)
		*ret_columns = columns;
	return err;
}

const char *row_columns_unknown(const char *text, size_t *ret_size)
{
	return field_list_unknown(text, row_field_find, ret_size);
}

void row_fields_help(struct buf *out)
{
	for (unsigned int id = 0; id < ROW_FIELD_MAX; id++) {
		struct row_field_text text = row_field_text(id);

		buf_printf(out, "%-21s %-11s %s\n", text.name, text.header, text.help);
	}
}
