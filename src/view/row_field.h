/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The field table of connections: what events and connections have in common comes from the table
 * of events (view/field.h), the rest stands here. It drives the columns and keys of `list` and
 * `live`, --fields help, --sort and the documentation. Pure.
 */
#ifndef VIEW_ROW_FIELD_H
#define VIEW_ROW_FIELD_H

#include "netstate/connection.h"
#include "netstate/listed_socket.h"
#include "view/field.h"
#include "view/view.h"

#define ROW_OWNERS_MAX 16

/* Between the last two readings of its numbers. */
struct row_rates {
	uint64_t sent_per_s, received_per_s; /* bytes */
	bool known;
};

/* One connection with everything that its fields are made of. */
struct row_view {
	const struct connection *row;
	const struct connection_detail *detail; /* NULL: nobody asked the kernel */
	struct connection_owner owners[ROW_OWNERS_MAX];
	size_t owner_count;
	/* whose accept queue it waits in; NULL: none, or not known */
	const struct connection *listener;
	const struct row_rates *rates;	     /* NULL: nobody measured */
	const struct unix_facts *unix_facts; /* NULL: it is no UNIX socket */
	uint64_t now_ns;
	/* by row_view_init(): the same as an event, for the fields that both have */
	struct event event;
};

/* Sets everything but the owners, the listener, rates and unix_facts. */
void row_view_init(struct row_view *view, const struct connection *row,
		   const struct connection_detail *detail, uint64_t now_ns);

enum row_field_id {
	/* JSON: the keys of an event first, so that a reader of both needs one set of names */
	ROW_TIME,
	ROW_KTIME_NS,
	ROW_KIND,
	ROW_NETNS,
	ROW_PROTOCOL,
	ROW_COOKIE,
	ROW_FAMILY,
	ROW_LADDR,
	ROW_LPORT,
	ROW_RADDR,
	ROW_RPORT,
	ROW_OLD,
	ROW_NEW,
	ROW_AFTER_US,
	ROW_PID,
	ROW_COMM,
	ROW_UID,
	ROW_OWNER,
	ROW_CGROUP,
	ROW_ERR,
	ROW_FD,
	ROW_RET,
	ROW_LATENCY_US,
	ROW_LOST,
	/* those that only a connection has; append-only */
	ROW_STATE,
	ROW_SINCE,
	ROW_AGE_US,
	ROW_EXPIRES_MS,
	ROW_OWNERS,
	ROW_RECV_Q,
	ROW_SEND_Q,
	ROW_ACCEPT_QUEUE,
	ROW_BACKLOG,
	ROW_RETRIES,
	ROW_RTT_US,
	ROW_RETRANSMITS,
	ROW_BYTES_SENT,
	ROW_BYTES_RECEIVED,
	ROW_INODE,
	ROW_UNIT,
	ROW_MINISOCKET,
	ROW_NETNS_NAME,
	ROW_DEVICE,
	ROW_FWMARK,
	ROW_OPENED_BY,
	ROW_CLOSED_BY,
	ROW_HOLDING,
	ROW_LISTENER,
	ROW_IDLE_US,
	ROW_LAST_RECEIVED_US,
	ROW_LAST_SENT_US,
	ROW_LAST_ACK_US,
	ROW_KEEPALIVE,
	ROW_KEEPALIVE_IDLE_US,
	ROW_KEEPALIVE_INTERVAL_US,
	ROW_KEEPALIVE_PROBES_LEFT,
	ROW_SND_WND,
	ROW_RCV_WND,
	ROW_ZERO_WINDOW_US,
	ROW_UNACKED,
	ROW_GIVES_UP_US,
	ROW_SOCKET_TYPE,
	ROW_PATH,
	ROW_PEER_INODE,
	ROW_PEER_PATH,
	ROW_PEER_OWNERS,
	/* columns of text only */
	ROW_LOCAL,
	ROW_REMOTE,
	ROW_EXPIRES,
	ROW_TROUBLE,
	ROW_SENT_RATE,
	ROW_RECEIVED_RATE,
	ROW_FIELD_MAX,
};

#define ROW_LAST_KEY ROW_PEER_OWNERS

struct row_field {
	const char *name;
	const char *header;
	const char *help;
	char key[28]; /* `,"name":` */
	uint8_t key_size;
	uint8_t width;
	uint8_t json;	/* enum field_json */
	uint8_t shared; /* enum field_id of the event's field; FIELD_MAX: none */
	bool right;	/* text stands at the right of its column */
	bool detail;	/* needs the kernel to be asked */
	void (*get)(const struct row_view *view, struct field_value *ret_value);
};

extern const struct row_field row_fields[ROW_FIELD_MAX];

/* Its name, header and so on, also where it is an event's. */
struct row_field_text {
	const char *name, *header, *help;
	uint8_t width;
	uint8_t json;
};
struct row_field_text row_field_text(unsigned int id);

void row_field_get(struct view *view, unsigned int id, const struct row_view *row,
		   struct field_value *ret_value);

/* By name, "age" also for age_us, "keepalive_idle" for keepalive_idle_us; -1: there is none. */
int row_field_find(const char *word, size_t size);

/* For sorting: below, at or above 0. Values that are not known come last, descending as well. */
int row_field_compare(struct view *view, unsigned int id, bool descending, const struct row_view *a,
		      const struct row_view *b);

/*
 * The same order as numbers, made once a row: for sorting many rows. `tied`: values that differ may have the
 * same words, and row_field_compare() decides.
 */
struct row_rank {
	uint64_t words[3];
	bool unknown, tied;
};
void row_field_rank(struct view *view, unsigned int id, bool descending, const struct row_view *row,
		    struct row_rank *ret_rank);
int row_rank_compare(const struct row_rank *a, const struct row_rank *b);

#define ROW_COLUMNS_MAX 96

/* Which fields, in which order. */
struct row_columns {
	uint8_t ids[ROW_COLUMNS_MAX];
	unsigned int count;
	uint8_t widths[ROW_COLUMNS_MAX]; /* of text, by row_columns_fit(); 0: each field's own */
};

extern const struct row_columns row_columns_default;

/* "state,laddr,lport". 0, or -EINVAL: a word is no field, or there are too many. */
int row_columns_parse(const char *text, struct row_columns *ret_columns);

/* The first word of such a text that is no field, and its size; NULL: all are. */
const char *row_columns_unknown(const char *text, size_t *ret_size);

/* One line a field: what --fields help prints. */
void row_fields_help(struct buf *out);

/* Makes a line of text fit into `width`; `drop`: also by leaving columns out, the last ones first. */
void row_columns_fit(struct row_columns *columns, unsigned int width, bool drop);

/* columns NULL: every key. */
void row_json(struct view *view, const struct row_columns *columns, const struct row_view *row,
	      struct buf *out);
/* "812/nginx,813/nginx", or in brackets what keeps the socket instead of a process; the terminal's columns that it takes. */
size_t row_owners_text(const struct row_view *row, struct buf *out);
void row_text_header(const struct row_columns *columns, struct buf *out);
void row_text(struct view *view, const struct row_columns *columns, const struct row_view *row,
	      struct buf *out);

#endif
