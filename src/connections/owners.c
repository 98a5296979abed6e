/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who holds a socket, from a scan of descriptors -> the rows' owners. Pure. */
#include <string.h>

#include "base/cleanup.h"
#include "connections/table.h"

void conn_table_owners_begin(struct conn_table *table)
{
	for (uint32_t number = 1; number <= table->rows.used; number++) {
		struct connection *row = table_row(table, number);

		row->owners = 0;
		row->keys &= (uint8_t)~ROW_HELD;
	}
	table->node_count = 0;
}

static void adopt(struct connection *row, const struct connection_owner *owner)
{
	row->flow.pid = owner->pid;
	row->flow.uid = owner->uid;
	row->flow.owner = owner->owner;
	memcpy(row->flow.comm, owner->comm, sizeof(row->flow.comm));
	row->keys |= ROW_HELD;
}

/* The process may have another name by now: exec, prctl. */
static void confirm(struct connection *row, const struct connection_owner *owner)
{
	memcpy(row->flow.comm, owner->comm, sizeof(row->flow.comm));
	row->keys |= ROW_HELD;
}

static void add_node(struct conn_table *table, uint32_t number,
		     const struct connection_owner *owner)
{
	struct connection *row = table_row(table, number);
	struct owner_node *nodes = table->nodes;
	unsigned int count = 0;
	uint32_t last = 0;

	for (uint32_t at = row->owners; at; at = nodes[at].next, count++) {
		if (nodes[at].owner.pid == owner->pid)
			return;
		last = at;
	}
	if (count + 1 >= CONN_TABLE_OWNERS || table->node_count + 1 >= OWNER_NODES)
		return;
	nodes[++table->node_count] = (struct owner_node){.owner = *owner, .row = number};
	if (last)
		nodes[last].next = table->node_count;
	else
		row->owners = table->node_count;
}

void conn_table_owners_add(struct conn_table *table, uint64_t cookie, uint64_t sock, uint32_t netns,
			   const struct connection_owner *owner)
{
	struct flow flow = {.cookie = cookie, .sock = sock, .netns = netns};
	uint32_t number = keys_find(table, &flow, false);
	struct connection *row = table_row(table, number);

	if (!row || row->flags & CONNECTION_MINISOCKET)
		return;
	if (!row->flow.owner ||
	    (row->flow.owner == FLOW_OWNER_INHERITED && row->flow.pid == owner->pid))
		adopt(row, owner);
	else if (row->flow.pid == owner->pid)
		confirm(row, owner);
	else
		add_node(table, number, owner);
}

void conn_table_owners_add_all(struct conn_table *table, const struct held_socket *held,
			       size_t count)
{
	size_t slots = 0, rows = 0;

	for (size_t i = 0; i < count; i++) {
		for (; slots < count && slots < i + 2 * FETCH_AHEAD; slots++)
			keys_fetch_slot(table, held[slots].cookie, held[slots].sock,
					held[slots].netns);
		for (; rows < count && rows < i + FETCH_AHEAD; rows++)
			keys_fetch_row(table, held[rows].cookie, held[rows].sock, held[rows].netns);
		conn_table_owners_add(table, held[i].cookie, held[i].sock, held[i].netns,
				      &held[i].owner);
	}
}

static bool is_listener(const struct connection *row)
{
	return row->state == TCP_STATE_LISTEN;
}

/* The listener that a connection came through: by cookie, by its exact address, by port. */
static uint32_t find_listener(const struct conn_table *table, const struct flow *flow,
			      uint64_t cookie)
{
	const struct endpoint any = {.port = flow->local.port};
	const struct endpoint any4 = {{[10] = 0xff, [11] = 0xff}, flow->local.port};
	const struct endpoint none = {}, none4 = {{[10] = 0xff, [11] = 0xff}, 0};
	const struct {
		const struct endpoint *local, *remote;
	} tries[] = {{&flow->local, &none4}, {&flow->local, &none}, {&any4, &none4}, {&any, &none}};
	uint32_t number = 0;

	if (cookie)
		number = keys_find(table, &(struct flow){.cookie = cookie}, false);
	for (size_t i = 0; i < ARRAY_SIZE(tries) && !number; i++)
		number = keys_find_ends(table, flow->netns, tries[i].local, tries[i].remote,
					is_listener);
	return number;
}

const struct connection *conn_table_listener(const struct conn_table *table,
					     const struct connection *row)
{
	if (row->state == TCP_STATE_LISTEN)
		return row;
	return table_row(table, find_listener(table, &row->flow, 0));
}

void flow_inherit(const struct conn_table *table, struct flow *flow, uint64_t listener_cookie)
{
	const struct connection *listener =
		table_row(table, find_listener(table, flow, listener_cookie));

	if (!listener || !listener->flow.owner)
		return;
	flow->pid = listener->flow.pid;
	flow->uid = listener->flow.uid;
	flow->owner = FLOW_OWNER_INHERITED;
	memcpy(flow->comm, listener->flow.comm, sizeof(flow->comm));
	if (!flow->cgroup_id)
		flow->cgroup_id = listener->flow.cgroup_id;
}

/* Nobody holds it, and it is no orphan: half open, or waiting for accept. */
static bool waits_at_listener(const struct connection *row)
{
	return !row->flow.owner &&
	       (row_is_half_open(row) || row->state == TCP_STATE_SYN_RECV ||
		row->state == TCP_STATE_ESTABLISHED || row->state == TCP_STATE_CLOSE_WAIT);
}

/* Where the remembered owner does not hold it any more, the first one that does takes its place. */
void conn_table_owners_end(struct conn_table *table)
{
	for (uint32_t at = 1; at <= table->node_count; at++) {
		const struct owner_node *node = &table->nodes[at];
		struct connection *row = table_row(table, node->row);

		if (row->owners != at || row->keys & ROW_HELD)
			continue;
		adopt(row, &node->owner);
		row->owners = node->next;
	}
	for (uint32_t number = 1; number <= table->rows.used; number++) {
		struct connection *row = table_row(table, number);

		if (row->state && waits_at_listener(row))
			flow_inherit(table, &row->flow, 0);
	}
}

size_t conn_table_owners(const struct conn_table *table, const struct connection *row,
			 struct connection_owner ret_owners[CONN_TABLE_OWNERS])
{
	size_t count = 0;

	if (!row->flow.owner)
		return 0;
	ret_owners[count] = (struct connection_owner){
		.pid = row->flow.pid, .uid = row->flow.uid, .owner = row->flow.owner};
	memcpy(ret_owners[count++].comm, row->flow.comm, sizeof(row->flow.comm));
	for (uint32_t at = row->owners; at && count < CONN_TABLE_OWNERS; at = table->nodes[at].next)
		ret_owners[count++] = table->nodes[at].owner;
	return count;
}
