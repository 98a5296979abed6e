/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who holds a socket, from a scan of descriptors -> the rows' owners. Pure. */
#include <string.h>

#include "base/cleanup.h"
#include "connections/table.h"

/* ---------------------------------------------------------------- further owners of a row */

static uint32_t walk_node(struct conn_table *table)
{
	uint32_t at = table->free_node;

	if (at)
		table->free_node = table->nodes[at].next;
	else if (table->node_count + 1 < OWNER_NODES)
		at = ++table->node_count;
	return at;
}

static void give_node(struct conn_table *table, uint32_t at)
{
	table->nodes[at].next = table->free_node;
	table->free_node = at;
}

void owners_drop(struct conn_table *table, struct connection *row)
{
	while (row->owners) {
		uint32_t at = row->owners;

		row->owners = table->nodes[at].next;
		give_node(table, at);
	}
}

static void add_node(struct conn_table *table, struct connection *row,
		     const struct connection_owner *owner)
{
	struct owner_node *nodes = table->nodes;
	uint32_t *last = &row->owners, at;
	unsigned int count = 0;

	for (; *last; last = &nodes[*last].next, count++) {
		if (nodes[*last].owner.pid != owner->pid)
			continue;
		nodes[*last] = (struct owner_node){*owner, nodes[*last].next, false};
		return;
	}
	if (count + 1 >= CONN_TABLE_OWNERS)
		return;
	at = walk_node(table);
	if (!at)
		return;
	nodes[at] = (struct owner_node){*owner, 0, false};
	*last = at;
	table->counters.holders++;
}

/* ---------------------------------------------------------------- a scan */

static bool is_among(const uint32_t *pids, size_t count, uint32_t pid)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pids[middle] < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && pids[low] == pid;
}

static void begin(struct conn_table *table, const uint32_t *pids, size_t count)
{
	table->scans_all = !pids;
	for (uint32_t number = 1; number <= table->rows.used; number++) {
		struct connection *row = table_row(table, number);

		row->keys &= (uint8_t) ~(ROW_HELD | ROW_ASKED);
		if (!row->state)
			continue;
		if (flow_is_held(&row->flow) && (!pids || is_among(pids, count, row->flow.pid)))
			row->keys |= ROW_ASKED;
		for (uint32_t at = row->owners; at; at = table->nodes[at].next)
			table->nodes[at].asked =
				!pids || is_among(pids, count, table->nodes[at].owner.pid);
	}
}

void conn_table_owners_begin(struct conn_table *table)
{
	begin(table, NULL, 0);
}

void conn_table_owners_begin_of(struct conn_table *table, const uint32_t *pids, size_t count)
{
	begin(table, pids, count);
}

static void adopt(struct conn_table *table, struct connection *row,
		  const struct connection_owner *owner)
{
	table->counters.holders++;
	row->flow.pid = owner->pid;
	row->flow.uid = owner->uid;
	row->flow.owner = owner->owner;
	memcpy(row->flow.comm, owner->comm, sizeof(row->flow.comm));
	row->keys |= ROW_HELD;
}

/* The process may have another name by now: exec, prctl. */
static void confirm(struct conn_table *table, struct connection *row,
		    const struct connection_owner *owner)
{
	table->counters.holders +=
		strncmp(row->flow.comm, owner->comm, sizeof(row->flow.comm)) != 0;
	memcpy(row->flow.comm, owner->comm, sizeof(row->flow.comm));
	row->keys |= ROW_HELD;
}

void conn_table_owners_add(struct conn_table *table, uint64_t cookie, uint64_t sock, uint32_t netns,
			   const struct connection_owner *owner)
{
	struct flow flow = {.cookie = cookie, .sock = sock, .netns = netns};
	uint32_t number = keys_find(table, &flow, false);
	struct connection *row = table_row(table, number);

	/* what was released meanwhile was read before that */
	if (!row || row->flags & CONNECTION_MINISOCKET ||
	    (row->holding == HOLDING_NONE && !(row->flags & CONNECTION_RELEASE_ASSUMED)))
		return;
	if (row->flags & CONNECTION_RELEASE_ASSUMED)
		owners_revive(table, row);
	row->flags &= (uint8_t)~CONNECTION_UNHELD;
	row->holding = HOLDING_FILE;
	if (!flow_is_held(&row->flow))
		adopt(table, row, owner);
	else if (row->flow.pid == owner->pid)
		confirm(table, row, owner);
	else
		add_node(table, row, owner);
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

/* One with an empty queue is not what a connection waits at: TPROXY and BPF sk_lookup programs give
 * connections to listeners of other addresses. */
static bool has_queue(const struct connection *row)
{
	return is_listener(row) && (!(row->flags & CONNECTION_QUEUES) || row->recv_queue);
}

/* The listener that a connection came through: by cookie, by its exact address, by port. */
static uint32_t find_listener(const struct conn_table *table, const struct flow *flow,
			      uint64_t cookie, bool (*wanted)(const struct connection *))
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
		number =
			keys_find_ends(table, flow->netns, tries[i].local, tries[i].remote, wanted);
	return number;
}

const struct connection *conn_table_listener(const struct conn_table *table,
					     const struct connection *row)
{
	if (row->state == TCP_STATE_LISTEN)
		return row;
	return table_row(table, find_listener(table, &row->flow, 0, is_listener));
}

const struct connection *conn_table_queued_at(const struct conn_table *table,
					      const struct connection *row)
{
	if (row->holding != HOLDING_QUEUE || flow_is_held(&row->flow))
		return NULL;
	return table_row(table, find_listener(table, &row->flow, 0, has_queue));
}

static void inherit_from(const struct connection *listener, struct flow *flow)
{
	if (!listener || !listener->flow.owner)
		return;
	flow->pid = listener->flow.pid;
	flow->uid = listener->flow.uid;
	flow->owner = FLOW_OWNER_INHERITED;
	memcpy(flow->comm, listener->flow.comm, sizeof(flow->comm));
	if (!flow->cgroup_id)
		flow->cgroup_id = listener->flow.cgroup_id;
}

void flow_inherit(const struct conn_table *table, struct flow *flow, uint64_t listener_cookie)
{
	inherit_from(table_row(table, find_listener(table, flow, listener_cookie, is_listener)),
		     flow);
}

/* Nobody holds it, and it is no orphan: half-open, or waiting for accept. */
static bool waits_at_listener(const struct connection *row)
{
	if (row->flow.owner || row->holding == HOLDING_FILE || row->holding == HOLDING_NONE)
		return false;
	return row->holding == HOLDING_QUEUE || row_is_half_open(row) ||
	       row->state == TCP_STATE_SYN_RECV || row->state == TCP_STATE_ESTABLISHED ||
	       row->state == TCP_STATE_CLOSE_WAIT;
}

/* No descriptor is known any more. */
static void lose(struct conn_table *table, struct connection *row)
{
	owners_drop(table, row);
	row->flags |= CONNECTION_UNHELD;
	row->flow.owner = FLOW_OWNER_NONE;
	row->flow.pid = 0;
	memset(row->flow.comm, 0, sizeof(row->flow.comm));
}

void owners_release(struct conn_table *table, struct connection *row)
{
	owners_drop(table, row);
	row->flags &= (uint8_t) ~(CONNECTION_UNHELD | CONNECTION_RELEASE_ASSUMED);
	row->holding = HOLDING_NONE;
	/* who had it last, and the word that says how that is known */
	if (!row->closer.pid || (row->flow.owner && row->flow.pid == row->closer.pid))
		return;
	row->flow.owner = FLOW_OWNER_CLOSE;
	row->flow.pid = row->closer.pid;
	memcpy(row->flow.comm, row->closer.comm, sizeof(row->flow.comm));
}

void owners_revive(struct conn_table *table, struct connection *row)
{
	row->flags &= (uint8_t)~CONNECTION_RELEASE_ASSUMED;
	row->holding = HOLDING_FILE;
	lose(table, row);
}

/* Those that were looked for and not found go. */
static void drop_missing(struct conn_table *table, struct connection *row)
{
	struct owner_node *nodes = table->nodes;
	uint32_t *link = &row->owners;

	while (*link) {
		uint32_t at = *link;

		if (!nodes[at].asked) {
			link = &nodes[at].next;
			continue;
		}
		*link = nodes[at].next;
		give_node(table, at);
		table->counters.holders++;
	}
	if (!(row->keys & ROW_ASKED) || row->keys & ROW_HELD)
		return;
	if (row->owners) { /* the first one that holds it takes its place */
		uint32_t at = row->owners;

		adopt(table, row, &nodes[at].owner);
		row->owners = nodes[at].next;
		give_node(table, at);
		return;
	}
	table->counters.holders++;
	if (row->closer.pid) {
		owners_release(table, row);
		row->flags |= CONNECTION_RELEASE_ASSUMED;
		table->counters.assumed++;
	} else {
		lose(table, row);
	}
}

void conn_table_owners_end(struct conn_table *table)
{
	for (uint32_t number = 1; number <= table->rows.used; number++) {
		struct connection *row = table_row(table, number);

		if (!row->state || row->flags & CONNECTION_MINISOCKET) {
			if (row->state && waits_at_listener(row))
				flow_inherit(table, &row->flow, 0);
			continue;
		}
		drop_missing(table, row);
		if (waits_at_listener(row))
			inherit_from(
				table_row(table, find_listener(table, &row->flow, 0, has_queue)),
				&row->flow);
		else if (table->scans_all && !row->flow.owner && row->holding == HOLDING_FILE)
			row->flags |= CONNECTION_UNHELD;
	}
}

/* ---------------------------------------------------------------- events */

static bool opens(unsigned int owner)
{
	return owner == FLOW_OWNER_CONNECT || owner == FLOW_OWNER_LISTEN ||
	       owner == FLOW_OWNER_ACCEPT;
}

static void note_opener(struct connection *row, const struct flow *flow)
{
	row->opener.pid = flow->pid;
	memcpy(row->opener.comm, flow->comm, sizeof(row->opener.comm));
}

void actors_note(struct conn_table *table, uint32_t number, const struct event *event)
{
	struct connection *row = table_row(table, number);

	if (!row)
		return;
	if (opens(event->flow.owner) && (!row->opener.pid || event->kind != EVENT_STATE))
		note_opener(row, &event->flow);
	if (opens(event->flow.owner) && row->holding != HOLDING_NONE)
		row->holding = HOLDING_FILE;
	else if (event->flow.owner == FLOW_OWNER_INHERITED && row->holding == HOLDING_UNKNOWN)
		row->holding = HOLDING_QUEUE;
	if (row->flow.owner == event->flow.owner && row->flow.pid == event->flow.pid)
		row->keys |= ROW_HELD; /* a scan that runs meanwhile may have passed by already */
	if (event->closer.pid)
		row->closer = event->closer;
	if (!(event->evidence & (EVENT_SEEN_RELEASED | EVENT_SEEN_DEAD)))
		return;
	owners_release(table, row);
	if (event->closer.pid)
		row->flow.uid = event->closer_uid;
}

size_t conn_table_owners(const struct conn_table *table, const struct connection *row,
			 struct connection_owner ret_owners[CONN_TABLE_OWNERS])
{
	size_t count = 0;

	if (!flow_is_held(&row->flow) || row->holding == HOLDING_NONE)
		return 0;
	ret_owners[count] = (struct connection_owner){
		.pid = row->flow.pid, .uid = row->flow.uid, .owner = row->flow.owner};
	memcpy(ret_owners[count++].comm, row->flow.comm, sizeof(row->flow.comm));
	for (uint32_t at = row->owners; at && count < CONN_TABLE_OWNERS; at = table->nodes[at].next)
		ret_owners[count++] = table->nodes[at].owner;
	return count;
}
