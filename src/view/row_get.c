/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The getters of connections' own fields. Pure. */
#include "view/row_get.h"
#include "view/row_trouble.h"

#include <string.h>

#include "netstate/tcp_state.h"

static void set_number(struct field_value *value, uint64_t number)
{
	value->type = VALUE_UNSIGNED;
	value->number = number;
}

static void set_word(struct field_value *value, const char *word)
{
	value->type = VALUE_WORD;
	value->word = word;
	value->unknown = "";
}

static void set_state(struct field_value *value, unsigned int state)
{
	set_word(value, tcp_state_name(state));
	value->unknown = "state-";
	value->number = state;
}

void row_get_kind(const struct row_view *view, struct field_value *ret_value)
{
	bool is_socket = !flow_is_tcp(&view->row->flow) || view->row->flags & CONNECTION_BOUND;

	set_word(ret_value, is_socket ? "socket" : "connection");
}

/* Without a connection: ss's word, as a socket of these protocols is not closed. */
void row_get_state(const struct row_view *view, struct field_value *ret_value)
{
	set_state(ret_value, view->row->state);
	if (!flow_is_tcp(&view->row->flow) && view->row->state == TCP_STATE_CLOSE)
		set_word(ret_value, "UNCONN");
	if (view->row->flags & CONNECTION_BOUND)
		set_word(ret_value, "BOUND");
}

void row_get_old(const struct row_view *view, struct field_value *ret_value)
{
	if (view->row->previous)
		set_state(ret_value, view->row->previous);
}

static bool is_time_wait(const struct connection *row)
{
	return row->flags & CONNECTION_MINISOCKET && row->state != TCP_STATE_SYN_RECV;
}

/* A time-wait minisocket has no user of its own. */
void row_get_uid(const struct row_view *view, struct field_value *ret_value)
{
	if (view->row->flow.uid != LISTED_SOCKET_NO_UID &&
	    (view->row->flow.owner || !is_time_wait(view->row)))
		set_number(ret_value, view->row->flow.uid);
}

void row_get_since(const struct row_view *view, struct field_value *ret_value)
{
	if (view->row->flags & CONNECTION_SINCE_UNKNOWN)
		return;
	ret_value->type = VALUE_TIME;
	ret_value->number = view->row->since_ns;
}

void row_get_age(const struct row_view *view, struct field_value *ret_value)
{
	const struct connection *row = view->row;

	if (row->flags & CONNECTION_SINCE_UNKNOWN)
		return;
	ret_value->type = VALUE_SPAN;
	ret_value->number = view->now_ns > row->since_ns ? view->now_ns - row->since_ns : 0;
}

static uint64_t left_ns(const struct row_view *view)
{
	uint64_t expires_ns = view->row->expires_ns;

	return expires_ns > view->now_ns ? expires_ns - view->now_ns : 0;
}

void row_get_expires_ms(const struct row_view *view, struct field_value *ret_value)
{
	if (view->row->expires_ns)
		set_number(ret_value, left_ns(view) / 1000000);
}

void row_get_expires(const struct row_view *view, struct field_value *ret_value)
{
	if (!view->row->expires_ns || view->row->state == TCP_STATE_CLOSE)
		return;
	ret_value->type = VALUE_SPAN;
	ret_value->number = left_ns(view);
}

/* The array is written by row_json() and row_text(); sorting takes the first one, which is the
 * row's own. */
void row_get_owners(const struct row_view *view, struct field_value *ret_value)
{
	const struct flow *flow = &view->row->flow;

	if (!flow->owner)
		return;
	ret_value->type = VALUE_BYTES;
	ret_value->bytes = flow->comm;
	ret_value->size = (uint32_t)strnlen(flow->comm, FLOW_COMM_SIZE);
}

void row_get_recv_q(const struct row_view *view, struct field_value *ret_value)
{
	if (view->row->flags & CONNECTION_QUEUES)
		set_number(ret_value, view->row->recv_queue);
}

void row_get_send_q(const struct row_view *view, struct field_value *ret_value)
{
	if (view->row->flags & CONNECTION_QUEUES)
		set_number(ret_value, view->row->send_queue);
}

void row_get_accept_queue(const struct row_view *view, struct field_value *ret_value)
{
	if (view->row->state == TCP_STATE_LISTEN)
		row_get_recv_q(view, ret_value);
}

void row_get_backlog(const struct row_view *view, struct field_value *ret_value)
{
	if (view->row->state == TCP_STATE_LISTEN)
		row_get_send_q(view, ret_value);
}

void row_get_retries(const struct row_view *view, struct field_value *ret_value)
{
	if (view->row->flags & CONNECTION_LISTED && !is_time_wait(view->row))
		set_number(ret_value, view->row->retries);
}

static bool is_open(const struct row_view *view)
{
	return flow_is_tcp(&view->row->flow) && !(view->row->flags & CONNECTION_MINISOCKET) &&
	       view->row->state != TCP_STATE_LISTEN;
}

void row_get_rtt(const struct row_view *view, struct field_value *ret_value)
{
	if (!is_open(view) || !view->detail->rtt_us)
		return;
	ret_value->type = VALUE_SPAN;
	ret_value->number = (uint64_t)view->detail->rtt_us * 1000;
}

void row_get_retransmits(const struct row_view *view, struct field_value *ret_value)
{
	if (is_open(view))
		set_number(ret_value, view->detail->retransmits);
}

void row_get_bytes_sent(const struct row_view *view, struct field_value *ret_value)
{
	if (is_open(view))
		set_number(ret_value, view->detail->bytes_sent);
}

void row_get_bytes_received(const struct row_view *view, struct field_value *ret_value)
{
	if (is_open(view))
		set_number(ret_value, view->detail->bytes_received);
}

void row_get_inode(const struct row_view *view, struct field_value *ret_value)
{
	if (view->detail->inode)
		set_number(ret_value, view->detail->inode);
}

/* Needs the cgroup's path: row_get_unit_of(). */
void row_get_unit(const struct row_view *view, struct field_value *ret_value)
{
}

/* The last one asked for is kept: rows of one cgroup mostly follow each other. */
void row_get_unit_of(struct view *view, const struct row_view *row, struct field_value *ret_value)
{
	uint64_t id = row->row->flow.cgroup_id;
	const char *path = id && view->cgroup_path ? view->cgroup_path(view->context, id) : NULL;
	const char *name = NULL;

	if (!path)
		return;
	cgroup_unit_of(path,
		       view->cgroup_by_root ? view->cgroup_by_root(view->context, id)
					    : CGROUP_UNIT_UNCHECKED,
		       &view->unit);
	if (!view->unit.size)
		return;
	if (view->unit.container[0] && view->container_name)
		name = view->container_name(view->context, view->unit.container,
					    view->unit.pod_uid);
	if (name)
		cgroup_unit_set_name(&view->unit, name);
	ret_value->type = VALUE_BYTES;
	ret_value->bytes = view->unit.text;
	ret_value->size = (uint32_t)view->unit.size;
}

void row_get_minisocket(const struct row_view *view, struct field_value *ret_value)
{
	if (view->row->flags & CONNECTION_MINISOCKET)
		set_word(ret_value, is_time_wait(view->row) ? "time-wait" : "request");
}

void row_get_device(const struct row_view *view, struct field_value *ret_value)
{
	if (!view->detail->device)
		return;
	ret_value->type = VALUE_DEVICE;
	ret_value->number = view->detail->device;
	ret_value->size = view->row->flow.netns;
}

void row_get_fwmark(const struct row_view *view, struct field_value *ret_value)
{
	if (view->detail->has & DETAIL_HAS_MARK)
		set_number(ret_value, view->detail->mark);
}

static void set_process(struct field_value *value, const struct actor *actor)
{
	if (!actor->pid)
		return;
	value->type = VALUE_PROCESS;
	value->unknown = NULL;
	value->actor = actor;
}

void row_get_opened_by(const struct row_view *view, struct field_value *ret_value)
{
	set_process(ret_value, &view->row->opener);
}

void row_get_closed_by(const struct row_view *view, struct field_value *ret_value)
{
	set_process(ret_value, &view->row->closer);
}

void row_get_holding(const struct row_view *view, struct field_value *ret_value)
{
	const struct connection *row = view->row;

	if (row->flags & CONNECTION_MINISOCKET || row->holding == HOLDING_NONE)
		set_word(ret_value, "nobody");
	else if (flow_is_held(&row->flow))
		set_word(ret_value, "process");
	else if (row->holding == HOLDING_QUEUE)
		set_word(ret_value, "accept_queue");
	else if (row->holding == HOLDING_FILE && row->flags & CONNECTION_UNHELD)
		set_word(ret_value, "in_flight");
}

/* The object is written by row_json(); text has how full that queue is, and sorting takes it. */
void row_get_listener(const struct row_view *view, struct field_value *ret_value)
{
	if (view->listener)
		set_number(ret_value, view->listener->recv_queue);
}

/* The worse, the higher its number: sorting goes by that. */
void row_get_trouble(const struct row_view *view, struct field_value *ret_value)
{
	enum row_trouble trouble = row_trouble_of(view);
	const char *name = row_trouble_name(trouble);

	if (!name)
		return;
	ret_value->type = VALUE_BYTES;
	ret_value->bytes = name;
	ret_value->size = (uint32_t)strlen(name);
	ret_value->number = trouble;
}
