/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who holds a socket, from a scan of descriptors -> the rows' owners. Pure. */
#include <string.h>

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
		row->keys |= ROW_HELD;
	else
		add_node(table, number, owner);
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
