/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The getters of connections' own fields. */
#ifndef VIEW_ROW_GET_H
#define VIEW_ROW_GET_H

#include "view/row_field.h"

typedef void row_getter(const struct row_view *row, struct field_value *ret_value);

row_getter row_get_kind, row_get_old, row_get_uid, row_get_state, row_get_since, row_get_age,
	row_get_expires_ms, row_get_expires, row_get_owners, row_get_recv_q, row_get_send_q,
	row_get_accept_queue, row_get_backlog, row_get_retries, row_get_rtt, row_get_retransmits,
	row_get_bytes_sent, row_get_bytes_received, row_get_inode, row_get_unit, row_get_minisocket,
	row_get_device, row_get_fwmark, row_get_trouble, row_get_opened_by, row_get_closed_by,
	row_get_holding, row_get_listener, row_get_idle, row_get_last_received, row_get_last_sent,
	row_get_last_ack, row_get_keepalive, row_get_keepalive_idle, row_get_keepalive_interval,
	row_get_keepalive_left, row_get_snd_wnd, row_get_rcv_wnd, row_get_zero_window,
	row_get_unacked, row_get_gives_up, row_get_socket_type, row_get_path, row_get_peer_inode,
	row_get_peer_path, row_get_peer_owners, row_get_unix_local, row_get_unix_remote,
	row_get_sent_rate, row_get_received_rate;

/* Of the cgroup's path; good until the next call. */
void row_get_unit_of(struct view *view, const struct row_view *row, struct field_value *ret_value);

#endif
