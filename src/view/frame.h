/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What `netstate live` shows -> the lines of a screen, each with a style. Pure: the terminal draws
 * them as they are, tests read them as text.
 */
#ifndef VIEW_FRAME_H
#define VIEW_FRAME_H

#include "base/buf.h"
#include "connections/conn_table.h"
#include "view/row_field.h"

#define FRAME_LINES_MAX 512
#define FRAME_WIDTH_MAX 1024

enum frame_style {
	FRAME_PLAIN,
	FRAME_TITLE,
	FRAME_COLUMNS, /* the header of the columns */
	FRAME_SELECTED,
	FRAME_NEW,
	FRAME_DYING,
	FRAME_WARNING,
	FRAME_HINT,
	FRAME_TROUBLE, /* a row that deserves a look first */
	FRAME_LISTENER,
	FRAME_HANDSHAKE, /* SYN_SENT, SYN_RECV */
	FRAME_CLOSING,	 /* one side has closed */
	FRAME_WAITING,	 /* TIME_WAIT */
	FRAME_DIALOG,	 /* a question, or what came of it */
};

enum frame_group {
	FRAME_GROUP_NONE,
	FRAME_GROUP_PROCESS,
	FRAME_GROUP_REMOTE,
	FRAME_GROUP_LISTENER,
	FRAME_GROUP_STATE,
	FRAME_GROUP_NETNS,
	FRAME_GROUP_UNIT, /* or container */
	FRAME_GROUP_MAX,
};

/* One connection that is shown. */
struct frame_row {
	const struct connection *row;
	const struct connection_detail *detail;
	bool dying;	 /* it ended a moment ago */
	uint8_t finding; /* enum finding_kind of one worse than a note; 0: none */
	struct row_rates rates;
	struct row_rank rank; /* for sorting */
};

/* What the user chose. */
#define FRAME_GROUP_KEY 96

/* What groups are sorted by. */
enum frame_group_column {
	FRAME_GROUP_COUNT,
	FRAME_GROUP_LISTENING,
	FRAME_GROUP_OPEN,
	FRAME_GROUP_WAITING,
	FRAME_GROUP_OTHER,
	FRAME_GROUP_KEY_ITSELF,
	FRAME_GROUP_COLUMNS,
};

struct frame_choice {
	struct row_columns columns; /* the most wanted first */
	bool all_columns;	    /* also where the terminal cuts the last ones off */
	unsigned int shown;	    /* by frame_draw(): so many of them fit */
	int sort;		    /* enum row_field_id */
	bool descending;
	uint8_t group; /* enum frame_group */
	bool typing, help, pane, paused;
	bool choosing;		  /* columns, in the place of rows */
	bool names;		  /* host names in place of addresses, as they become known */
	unsigned int pick;	  /* of the columns that can be chosen */
	bool narrowed;		  /* the command line has chosen connections, before any filter */
	const char *start_filter; /* the FILTER of the command line; NULL: none */
	const char *filter;	  /* as typed */
	size_t cursor;		  /* while it is typed: a byte of it */
	const char *candidates;	  /* of the word that Tab completes; "" or NULL: none */
	const char *filter_error; /* NULL: it is good */
	size_t selected;	  /* of the rows, or of the groups */
	uint8_t group_sort;	  /* enum frame_group_column */
	bool group_reversed;
	char group_key[FRAME_GROUP_KEY]; /* by frame_draw(): the selected group */
	uint8_t group_key_size;
	size_t group_drawn; /* by frame_draw(): its place; where `selected` is another one, it was moved */
	char group_filter[128]; /* by frame_draw(): what selects the selected group; "": nothing */
	size_t first; /* the row at the top: frame_draw() moves it so that the selection is seen */
};

/* What there is to show. */
struct frame_data {
	const struct conn_table *table;
	const struct frame_row *rows; /* selected and sorted */
	size_t count;
	uint64_t now_ns;
	uint64_t transitions_per_s;
	uint64_t lost, reconciled;
	bool filling;		 /* the first pass goes on: rows are missing */
	bool no_events;		 /* passes alone make the table: there is no rate and no loss */
	uint64_t unmarked;	 /* connections with a finding and without a mark */
	const char *explanation; /* of the selected row, lines; NULL: none yet */
	const char *dialog;	 /* lines in the place of the hints; NULL: none */
};

struct frame_line {
	size_t at; /* in frame.text */
	size_t size;
	uint8_t style; /* enum frame_style */
};

/* Zero-initialise; used again for each picture. */
struct frame {
	unsigned int width, height;
	struct buf text;
	struct frame_line lines[FRAME_LINES_MAX];
	unsigned int count;
	struct buf scratch;
	/* How the picture is divided; frame_draw() says. */
	unsigned int head, count_lines, foot, pane;
	/* What the columns needed so far, and what they have. */
	struct row_columns measured;
	unsigned int measured_width;
	uint8_t wanted[ROW_COLUMNS_MAX], widths[ROW_COLUMNS_MAX];
};

void frame_release(struct frame *frame);

/* Sets width and height first. Every line is at most `width` columns wide, and there are `height`.
 */
void frame_draw(struct frame *frame, struct view *view, struct frame_choice *choice,
		const struct frame_data *data);

/* How many rows a page has. */
unsigned int frame_page(const struct frame *frame, const struct frame_choice *choice);

/* The column at `x`, in choice.columns; -1: none. */
int frame_column_at(const struct frame *frame, const struct frame_choice *choice, unsigned int x);

/* "count", "listen", ...; of the last one the group's name is the column's. */
const char *frame_group_sort_name(const struct frame_choice *choice);
/* "none", "process", ... */
const char *frame_group_name(unsigned int group);

#endif
