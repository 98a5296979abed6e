/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of the table -> selected, sorted, written. */
#include "commands/row_print.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/list_grow.h"
#include "base/say.h"
#include "base/suggest.h"
#include "base/clock.h"
#include "commands/output_end.h"
#include "commands/row_subject.h"
#include "netstate/tcp_state.h"
#include "sink/terminal_width.h"
#include "table/sockets.h"

static int print_fields(void)
{
	struct output output = {.fd = STDOUT_FILENO};

	row_fields_help(&output.buf);
	output_flush(&output);
	buf_release(&output.buf);
	return output.error && output.error != EPIPE
		       ? say("cannot write the output: %s", strerror(output.error))
		       : STATUS_OK;
}

/* "no field "State"; did you mean state?" */
static int refuse_field(const char *command, const char *option, const char *word, size_t size)
{
	const char *names[ROW_FIELD_MAX], *nearest;
	char typed[64];

	for (unsigned int id = 0; id < ROW_FIELD_MAX; id++)
		names[id] = row_field_text(id).name;
	snprintf(typed, sizeof(typed), "%.*s", (int)size, word);
	nearest = suggest_nearest(typed, names, ROW_FIELD_MAX);
	if (nearest)
		return say_usage(command, "%s: no field \"%s\"; did you mean %s?", option, typed,
				 nearest);
	return say_usage(command, "%s: no field \"%s\"; --fields help lists the fields", option,
			 typed);
}

static int refuse_fields(const char *command, const char *text)
{
	size_t size;
	const char *unknown = row_columns_unknown(text, &size);

	if (unknown)
		return refuse_field(command, "--fields", unknown, size);
	return say_usage(command, "--fields: more than %d fields", ROW_COLUMNS_MAX);
}

static int init_sort(struct row_print *print, const char *command)
{
	const char *text = print->sort_text;

	print->sort = -1;
	if (!text)
		return OPTIONS_GO_ON;
	print->descending = *text == '-';
	text += print->descending;
	print->sort = row_field_find(text, strlen(text));
	if (print->sort < 0)
		return refuse_field(command, "--sort", text, strlen(text));
	return OPTIONS_GO_ON;
}

/* Rows without what was asked for, or with a key twice, would be JSON that misleads. */
static int check_keys(const struct row_print *print, const char *command)
{
	const struct row_columns *columns = &print->columns;

	for (unsigned int i = 0; i < columns->count; i++) {
		struct row_field_text text = row_field_text(columns->ids[i]);

		if (text.json == FIELD_JSON_NONE)
			return say_usage(command,
					 "--fields: field %s is not allowed with --json: %s",
					 text.name, text.help);
		if (memchr(columns->ids, columns->ids[i], i))
			return say_usage(command,
					 "--fields: duplicate field %s is not allowed with --json",
					 text.name);
	}
	return OPTIONS_GO_ON;
}

/* Of other protocols nothing expires; a UNIX socket has somebody at its far end on this machine. */
static struct row_columns default_columns(const struct row_print *print)
{
	static const struct row_columns several = {
		.ids = {ROW_PROTOCOL, ROW_STATE, ROW_RECV_Q, ROW_SEND_Q, ROW_LOCAL, ROW_REMOTE,
			ROW_PID, ROW_COMM, ROW_UNIT},
		.count = 9,
	};
	struct row_columns columns = several;

	if (!print->protocols)
		return row_columns_default;
	if (print->protocols & SOCKETS_BIT(FLOW_PROTOCOL_UNIX))
		columns.ids[columns.count++] = ROW_PEER_OWNERS;
	return columns;
}

/* Those that are not there yet. */
static void add_columns(struct row_columns *columns, const char *text)
{
	struct row_columns more;

	if (row_columns_parse(text, &more))
		return;
	for (unsigned int i = 0; i < more.count && columns->count < ROW_COLUMNS_MAX; i++) {
		if (!memchr(columns->ids, more.ids[i], columns->count))
			columns->ids[columns->count++] = more.ids[i];
	}
}

int row_print_init(struct row_print *print, const char *command)
{
	print->columns = default_columns(print);
	if (print->more_columns && print->more_columns[0])
		add_columns(&print->columns, print->more_columns);
	if (print->fields_text && !strcmp(print->fields_text, "help"))
		return print_fields();
	if (print->fields_text && row_columns_parse(print->fields_text, &print->columns))
		return refuse_fields(command, print->fields_text);
	if (print->fields_text && print->json && check_keys(print, command) != OPTIONS_GO_ON)
		return STATUS_USAGE;
	print->output.fd = STDOUT_FILENO;
	print->view.terminal_safe = true;
	print->view.utc_offset = clock_utc_offset;
	return init_sort(print, command);
}

void row_print_release(struct row_print *print)
{
	output_release(&print->output);
}

/* ---------------------------------------------------------------- which rows, in which order */

struct found {
	const struct connection *row;
	size_t number;
	const struct listed_socket *socket; /* NULL: a row of the table */
	struct row_rank rank;		    /* where they are sorted */
};

struct founds {
	struct found *list;
	size_t count, room;
};

static int add_found(struct founds *founds, const struct found *found)
{
	if (LIST_GROW(founds->list, founds->count, founds->room))
		return -ENOMEM;
	founds->list[founds->count++] = *found;
	return 0;
}

static bool is_chosen(const struct row_print *print, const struct connection *row,
		      const struct connection_detail *detail)
{
	return !print->choose || print->choose(print->choose_context, row, detail);
}

static int find(struct founds *founds, const struct row_print *print, struct selection *selection,
		const struct conn_table *table, const struct table_source *source, uint64_t now_ns)
{
	const struct connection *row;
	size_t position = 0;
	int err = 0;

	while (!err && (row = conn_table_next(table, &position))) {
		const struct connection_detail *detail = table_source_detail(source, row, position);
		struct row_subject subject;

		if (print->listening && row->state != TCP_STATE_LISTEN)
			continue;
		row_subject_init(&subject, selection, table, row, detail, now_ns);
		if (selection_match(selection, &subject.subject) && is_chosen(print, row, detail))
			err = add_found(founds, &(struct found){.row = row, .number = position});
	}
	return err;
}

static bool listens(const struct listed_socket *socket)
{
	return socket->row.state == TCP_STATE_LISTEN || socket->row.state == TCP_STATE_CLOSE;
}

static int find_sockets(struct founds *founds, const struct row_print *print,
			struct selection *selection, uint64_t now_ns)
{
	const struct socket_list *sockets = print->sockets;
	int err = 0;

	for (size_t i = 0; sockets && !err && i < sockets->count; i++) {
		const struct listed_socket *socket = &sockets->list[i];
		struct row_subject subject;

		if (print->listening && !listens(socket))
			continue;
		row_subject_init_socket(&subject, selection, socket, now_ns);
		if (selection_match(selection, &subject.subject))
			err = add_found(founds, &(struct found){.row = &socket->row,
								.number = founds->count + 1,
								.socket = socket});
	}
	return err;
}

static int find_all(struct founds *founds, const struct row_print *print,
		    struct selection *selection, const struct conn_table *table,
		    const struct table_source *source, uint64_t now_ns)
{
	bool tcp = !print->protocols || print->protocols & SOCKETS_BIT(FLOW_PROTOCOL_TCP);
	int err = tcp ? find(founds, print, selection, table, source, now_ns) : 0;

	return err ? err : find_sockets(founds, print, selection, now_ns);
}

/* Without owners. */
static void view_of(struct row_view *view, const struct found *found,
		    const struct table_source *source, uint64_t now_ns)
{
	const struct listed_socket *socket = found->socket;

	row_view_init(view, found->row,
		      socket ? &socket->detail
			     : table_source_detail(source, found->row, found->number),
		      now_ns);
	if (socket && socket->row.flow.protocol == FLOW_PROTOCOL_UNIX)
		view->unix_facts = &socket->unix_facts;
}

static void add_owners(struct row_view *view, const struct found *found,
		       const struct conn_table *table)
{
	const struct listed_socket *socket = found->socket;

	if (!socket) {
		view->owner_count = conn_table_owners(table, found->row, view->owners);
		view->listener = conn_table_queued_at(table, found->row);
		return;
	}
	view->owner_count =
		socket->owner_count < ROW_OWNERS_MAX ? socket->owner_count : ROW_OWNERS_MAX;
	if (view->owner_count)
		memcpy(view->owners, socket->owners, view->owner_count * sizeof(*view->owners));
	view->listener = socket->listener;
}

struct sorting {
	struct row_print *print;
	const struct table_source *source;
	uint64_t now_ns;
};

static int compare_fields(const struct sorting *sorting, const struct found *left,
			  const struct found *right)
{
	struct row_view views[2];

	view_of(&views[0], left, sorting->source, sorting->now_ns);
	view_of(&views[1], right, sorting->source, sorting->now_ns);
	return row_field_compare(&sorting->print->view, (unsigned int)sorting->print->sort,
				 sorting->print->descending, &views[0], &views[1]);
}

static int compare(const void *a, const void *b, void *context)
{
	struct sorting *sorting = context;
	const struct found *left = a, *right = b;
	int order = row_rank_compare(&left->rank, &right->rank);

	if (!order && left->rank.tied && right->rank.tied)
		order = compare_fields(sorting, left, right);
	if (!order)
		return left->number < right->number ? -1 : 1;
	return order;
}

static void sort(struct founds *founds, struct sorting *sorting)
{
	struct row_print *print = sorting->print;
	struct row_view view;

	for (size_t i = 0; i < founds->count; i++) {
		view_of(&view, &founds->list[i], sorting->source, sorting->now_ns);
		row_field_rank(&print->view, (unsigned int)print->sort, print->descending, &view,
			       &founds->list[i].rank);
	}
	if (founds->count)
		qsort_r(founds->list, founds->count, sizeof(*founds->list), compare, sorting);
}

/* Without --fields the namespace has a column as soon as rows of two are listed. */
static void add_netns_column(struct row_columns *columns, const struct founds *founds)
{
	size_t i = 1;

	while (i < founds->count &&
	       founds->list[i].row->flow.netns == founds->list[0].row->flow.netns)
		i++;
	if (i >= founds->count)
		return;
	memmove(&columns->ids[1], &columns->ids[0], columns->count++);
	columns->ids[0] = ROW_NETNS_NAME;
}

/* As wide as the terminal, where it is one. What was asked for by name stays. */
static void fit_columns(struct row_print *print)
{
	unsigned int width = print->wide ? 0 : terminal_width(print->output.fd);

	if (width)
		row_columns_fit(&print->columns, width,
				!print->fields_text &&
					!(print->more_columns && print->more_columns[0]));
}

static int write_rows(struct row_print *print, const struct founds *founds,
		      const struct conn_table *table, const struct table_source *source,
		      uint64_t now_ns)
{
	struct buf *out = &print->output.buf;
	struct row_view view;
	size_t i;

	if (!print->json && !print->fields_text)
		add_netns_column(&print->columns, founds);
	fit_columns(print);
	if (!print->json && !print->no_header)
		row_text_header(&print->columns, out);
	for (i = 0; i < founds->count && !print->output.error; i++) {
		const struct found *found = &founds->list[i];

		view_of(&view, found, source, now_ns);
		add_owners(&view, found, table);
		if (print->json)
			row_json(&print->view, print->fields_text ? &print->columns : NULL, &view,
				 out);
		else
			row_text(&print->view, &print->columns, &view, out);
		output_flush_if_full(&print->output);
	}
	output_flush(&print->output);
	if (print->output.error == ETIMEDOUT)
		print->output.undelivered += founds->count - i;
	return output_end(&print->output);
}

int row_print_all(struct row_print *print, struct selection *selection,
		  const struct conn_table *table, const struct table_source *source)
{
	uint64_t now_ns = print->now_ns ? print->now_ns : clock_monotonic_ns();
	struct sorting sorting = {print, source, now_ns};
	struct founds founds = {};
	int status;

	selection_name_for(selection, &print->view);
	print->view.today = clock_wall_s();
	if (!print->now_ns)
		print->view.wall_offset_ns = clock_wall_offset();
	if (find_all(&founds, print, selection, table, source, now_ns)) {
		free(founds.list);
		return say("out of memory");
	}
	if (print->sort >= 0)
		sort(&founds, &sorting);
	status = write_rows(print, &founds, table, source, now_ns);
	free(founds.list);
	return status;
}
