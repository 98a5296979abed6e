/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The connection table: events and the kernel's lists in, rows out. Pure: the time and the limit
 * are parameters.
 *
 * Identity. A row is found by its cookie, and by whether it is a time-wait minisocket (a socket and
 * the minisocket that it left behind share the cookie, and the socket may connect again while the
 * minisocket lives). Without a cookie a socket is found by its address in the kernel and its
 * namespace; a minisocket by namespace, local and remote end.
 *
 * Life of a row, by event old -> new:
 *
 *   CLOSE -> SYN_SENT, LISTEN   starts a life; a row of the same key ended unseen
 *   LISTEN -> SYN_RECV          a child; the half-open row of the same connection becomes it
 *   x -> y                      in y from now on, in x before; where the row was not in x events
 *                               are missing (counted as jumped)
 *   x -> CLOSE                  ends the row, or makes it a time-wait minisocket: handover.h
 *   SYN_SENT -> ESTABLISHED and LISTEN -> SYN_RECV also end a time-wait minisocket between the
 *                               same two ends: it was reused
 *
 * An event older than the row's state, or than the row's end, is late: it may still say since when,
 * who, and what was before, but changes no state. One that reports what the row has already is a
 * duplicate. connect and accept events bring the owner and, to SYN_SENT rows, the ends.
 *
 * A row of a list, read at t, changes nothing that an event reported after t; what is older is made
 * equal. Rows that a complete pass over all lists did not show end, unless something was heard of
 * them after the pass began. No event ends half-open and time-wait rows, or starts half-open ones:
 * only passes do, or conn_table_expire().
 */
#ifndef CONNECTIONS_CONN_TABLE_H
#define CONNECTIONS_CONN_TABLE_H

#include <stddef.h>

#include "netstate/connection.h"
#include "netstate/event.h"

/* 2,000,000 rows take about 0.6 gigabytes: beyond, a table that still grows is worse than one
 * that says it is full. */
#define CONN_TABLE_ROWS 2000000
/* Ends that are remembered: of a burst that is applied while a part of a list waits. */
#define CONN_TABLE_TOMBSTONES 16384
#define CONN_TABLE_OWNERS 16 /* of one row; a socket shared by more names the first ones */

struct conn_table;

struct conn_counters {
	uint64_t events;      /* applied */
	uint64_t transitions; /* that changed a row's state */
	uint64_t created;
	uint64_t ended;
	uint64_t refused;  /* connections that began and found the table full */
	uint64_t left_out; /* those of the last complete pass that it had no room for */
	uint64_t late;
	uint64_t duplicate;
	uint64_t jumped;    /* events before this one are missing */
	uint64_t handovers; /* to time-wait minisockets */
	uint64_t reused;    /* time-wait minisockets that a new connection replaced */
	uint64_t holders;   /* that came or went, as scans of descriptors found */
	uint64_t assumed;   /* to be released: the next list decides (CONNECTION_RELEASE_ASSUMED) */
	uint64_t by_state[16]; /* rows at present, by enum tcp_state */
};

/* What one pass over the kernel's lists did. */
struct conn_pass {
	uint64_t listed;
	uint64_t added;
	uint64_t removed;
	uint64_t changed; /* in another state than the table thought */
	uint64_t refused; /* not in the table, which is full */
};

/* 0 or -ENOMEM. max_rows 0: CONN_TABLE_ROWS. */
int conn_table_new(size_t max_rows, struct conn_table **ret_table);
void conn_table_free(struct conn_table *table);

/* Gap events are counted as events and change nothing: the caller answers them with a pass. */
void conn_table_apply(struct conn_table *table, const struct event *event);

/*
 * The same for several events in their order. What the next ones will touch is fetched from memory
 * while the first ones are applied: among many connections that is twice as fast.
 */
void conn_table_apply_all(struct conn_table *table, const struct event *events, size_t count);

/*
 * A pass: begin, a row for each socket of each namespace, end. keep() names a namespace whose list
 * could not be read: its rows stay as they are. Nothing is removed before conn_table_pass_end(); a
 * pass that failed is simply begun again.
 */
void conn_table_pass_begin(struct conn_table *table, uint64_t now_ns);
/* The same for minisockets and listeners alone: other rows are neither expected nor ended. */
void conn_table_pass_begin_waiting(struct conn_table *table, uint64_t now_ns);
/* Returns the row's number, as conn_table_next() counts; 0: it is not in the table. */
size_t conn_table_pass_row(struct conn_table *table, const struct listed_connection *listed);
/*
 * The same for several rows, whose memory is fetched together. Their numbers into ret_numbers,
 * where that is not NULL.
 */
void conn_table_pass_rows(struct conn_table *table, const struct listed_connection *listed,
			  size_t count, size_t *ret_numbers);
void conn_table_pass_keep(struct conn_table *table, uint32_t netns);
struct conn_pass conn_table_pass_end(struct conn_table *table);

/* Ends minisockets whose time ran out before now - grace; for tables that no pass heals. Returns
 * how many. */
size_t conn_table_expire(struct conn_table *table, uint64_t now_ns, uint64_t grace_ns);

/*
 * All processes that hold the socket, as a scan of descriptors saw them, each once or more: begin,
 * add, end. The row's owner stays the one that is remembered where it is among them, and is the
 * first of them otherwise. Where the scan finds nobody, nobody holds the socket: the row has the
 * process that closed it, or none; half-open ones and those that wait for accept get their
 * listener's. Events may be applied amid a scan.
 */
void conn_table_owners_begin(struct conn_table *table);
/* The same of some processes alone, in ascending order: what others hold stays as it is. */
void conn_table_owners_begin_of(struct conn_table *table, const uint32_t *pids, size_t count);
void conn_table_owners_end(struct conn_table *table);
void conn_table_owners_add(struct conn_table *table, uint64_t cookie, uint64_t sock, uint32_t netns,
			   const struct connection_owner *owner);
/* The same for several, whose rows are fetched from memory together. */
void conn_table_owners_add_all(struct conn_table *table, const struct held_socket *held,
			       size_t count);
/* The processes that hold it: fills up to CONN_TABLE_OWNERS and returns their number. */
size_t conn_table_owners(const struct conn_table *table, const struct connection *row,
			 struct connection_owner ret_owners[CONN_TABLE_OWNERS]);

/* The listener in whose accept queue the row waits; NULL: it does not, or none is known. */
const struct connection *conn_table_queued_at(const struct conn_table *table,
					      const struct connection *row);

/* The listener at whose address and port the row's own end is: itself for a listener, NULL where
 * nobody listens there. */
const struct connection *conn_table_listener(const struct conn_table *table,
					     const struct connection *row);

/* NULL where there is none. Pointers are good until the next call that changes the table. */
const struct connection *conn_table_find(const struct conn_table *table, uint64_t cookie);

/* Rows in no order; *position starts at 0 and is the row's number then. NULL at the end. */
const struct connection *conn_table_next(const struct conn_table *table, size_t *position);

size_t conn_table_size(const struct conn_table *table);
size_t conn_table_limit(const struct conn_table *table);
/* Bytes of memory that the table holds, all indexes included. */
size_t conn_table_memory(const struct conn_table *table);
const struct conn_counters *conn_table_counters(const struct conn_table *table);

#endif
