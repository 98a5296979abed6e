/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The inside of the table, for the files of this folder: rows, their keys, their changes. */
#ifndef CONNECTIONS_TABLE_H
#define CONNECTIONS_TABLE_H

#include <stdbool.h>

#include "connections/conn_table.h"
#include "connections/hash_index.h"
#include "connections/row_store.h"
#include "netstate/tcp_state.h"

/* struct connection.keys */
#define ROW_BY_KEY 1 /* by cookie, or by address where it has no cookie */
/* by namespace and both ends: listeners, minisockets, those without cookie */
#define ROW_BY_ENDS 2
#define ROW_HELD 4  /* the scan saw the remembered owner hold it, or an event said so meanwhile */
#define ROW_ASKED 8 /* the scan looks for the remembered owner */

/*
 * The hook reads the clock before the kernel stores the state, a list after it read the state: by
 * so much the order of their clocks may differ from what they saw. Generous: a CPU may be stolen
 * here.
 */
#define ROW_MARGIN_NS 10000000

#define ROW_TIME_WAIT_NS 60000000000ULL /* TCP_TIMEWAIT_LEN in include/net/tcp.h; no setting */

#define OWNER_NODES 65536 /* further owners of all rows; sockets are rarely shared */
#define KEPT_NAMESPACES 256

#define FETCH_AHEAD 8 /* events or rows: more than memory answers in the time that one takes */

struct owner_node {
	struct connection_owner owner;
	uint32_t next; /* of the same row, or of the free ones; 0: none */
	bool asked;    /* the scan looks for it and has not found it yet */
};

struct tombstone {
	uint64_t cookie;
	uint64_t end_ns;
};

/* The place of a cookie is taken over by the next one that falls to it. */
struct graveyard {
	struct tombstone list[CONN_TABLE_TOMBSTONES];
};

struct conn_table {
	struct row_store rows;
	struct hash_index by_key;
	struct hash_index by_ends;
	struct conn_counters counters;
	uint64_t seed;
	uint64_t time_waits; /* rows that are time-wait minisockets */
	uint64_t cookieless; /* sockets that are found by their address */
	uint64_t pass_begin_ns;
	bool pass_is_waiting; /* over minisockets and listeners alone */
	uint64_t complete_ns; /* when the last complete pass began; 0: none yet */
	uint32_t pass;	      /* its number, as in struct connection.mark */
	struct conn_pass result;
	uint32_t kept[KEPT_NAMESPACES];
	uint32_t kept_count;
	uint32_t node_count; /* used so far, free ones included */
	uint32_t free_node;  /* 0: none */
	bool scans_all;
	struct owner_node *nodes;
	struct graveyard tombstones;
};

static inline bool row_is_time_wait(const struct connection *row)
{
	return row->flags & CONNECTION_MINISOCKET && row->state != TCP_STATE_SYN_RECV;
}

static inline bool row_is_half_open(const struct connection *row)
{
	return row->flags & CONNECTION_MINISOCKET && row->state == TCP_STATE_SYN_RECV;
}

/* Until when the row's state is certain. */
static inline uint64_t row_told_ns(const struct connection *row)
{
	return row->flags & CONNECTION_SINCE_UNKNOWN ? row->since_ns - ROW_MARGIN_NS
						     : row->since_ns;
}

static inline struct connection *table_row(const struct conn_table *table, uint32_t number)
{
	return number ? row_store_get(&table->rows, number) : NULL;
}

/* Row numbers; 0: none. */
uint32_t keys_find(const struct conn_table *table, const struct flow *flow, bool time_wait);
uint32_t keys_find_ends(const struct conn_table *table, uint32_t netns,
			const struct endpoint *local, const struct endpoint *remote,
			bool (*wanted)(const struct connection *));
uint32_t keys_hash_ends(const struct conn_table *table, uint32_t netns,
			const struct endpoint *local, const struct endpoint *remote);
bool keys_same_end(const struct endpoint *a, const struct endpoint *b);
/* The row that a list's row reports: by cookie or address, by its ends where that finds none. */
uint32_t keys_find_listed(const struct conn_table *table, const struct listed_connection *listed);
/* Hints: from memory into the cache. First the slot; a while later the row that it names. */
void keys_fetch_slot(const struct conn_table *table, uint64_t cookie, uint64_t sock,
		     uint32_t netns);
void keys_fetch_row(const struct conn_table *table, uint64_t cookie, uint64_t sock, uint32_t netns);
void keys_add(struct conn_table *table, uint32_t number);
void keys_drop(struct conn_table *table, uint32_t number);

/* A row in `state` since then, found by its keys; 0 where the table is full. */
uint32_t rows_create(struct conn_table *table, const struct flow *flow, unsigned int state,
		     unsigned int flags, uint64_t since_ns);
/* To another state: since, before, history and keys follow. */
void rows_change(struct conn_table *table, uint32_t number, unsigned int state, unsigned int flags,
		 uint64_t since_ns);
void rows_end(struct conn_table *table, uint32_t number, uint64_t now_ns);
/* Begins another life in the same row. */
void rows_restart(struct conn_table *table, uint32_t number, const struct flow *flow,
		  unsigned int state, uint64_t since_ns);

/* Ends a time-wait minisocket between these ends: the connection that comes now replaced it. */
void rows_end_time_wait(struct conn_table *table, const struct flow *flow, uint64_t now_ns);

/* Puts a step that was not known into its place by time. */
void history_add(struct connection *row, unsigned int state, uint64_t ktime_ns);

/* The owner of `from`, whatever it was before. */
void flow_own(struct flow *to, const struct flow *from);

/* Takes what the row lacks or what is better known: ends, namespace, owner, uid, cgroup. */
void flow_merge(struct connection *row, const struct flow *flow);

/* What an event reports about who opened, closed and still holds it. */
void actors_note(struct conn_table *table, uint32_t number, const struct event *event);
/* The last descriptor is closed: the closer's name stays, where it is known. */
void owners_release(struct conn_table *table, struct connection *row);
/* It was assumed to be released, and is not: some file of it is left. */
void owners_revive(struct conn_table *table, struct connection *row);
/* Forgets all further owners. */
void owners_drop(struct conn_table *table, struct connection *row);

/* The owner of the listener that it came through, where one is found. */
void flow_inherit(const struct conn_table *table, struct flow *flow, uint64_t listener_cookie);

void tombstone_bury(struct graveyard *tombstones, uint64_t cookie, uint64_t end_ns);
/* The latest end of this cookie, 0: not remembered. */
uint64_t tombstone_find(const struct graveyard *tombstones, uint64_t cookie);

#endif
