/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connection -> one JSON object a line, or one aligned line of text. Pure. */
#include <string.h>

#include "base/json_string.h"
#include "base/rune_width.h"
#include "base/safe.h"
#include "view/cell.h"
#include "view/row_field.h"

static void put_owner(const struct connection_owner *owner, struct buf *out)
{
	const char *word = flow_owner_name(owner->owner);

	buf_puts(out, "{\"pid\":");
	buf_u64(out, owner->pid);
	buf_puts(out, ",\"comm\":");
	json_string(out, owner->comm, strnlen(owner->comm, sizeof(owner->comm)));
	buf_puts(out, ",\"uid\":");
	buf_u64(out, owner->uid);
	buf_puts(out, ",\"owner\":\"");
	buf_puts(out, word ? word : "");
	buf_puts(out, "\"}");
}

static void put_number_or_null(bool known, uint64_t number, struct buf *out)
{
	if (known)
		buf_u64(out, number);
	else
		buf_puts(out, "null");
}

static void put_owners(const struct connection_owner *owners, size_t count, struct buf *out)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_putc(out, ',');
		put_owner(&owners[i], out);
	}
	buf_putc(out, ']');
}

static void put_peer_owners(const struct row_view *row, struct buf *out)
{
	if (row->unix_facts)
		put_owners(row->unix_facts->peer_owners, row->unix_facts->peer_owner_count, out);
	else
		buf_puts(out, "null");
}

/* The queue's length and its limit, as the last reading of the listener found them. */
static void put_listener(const struct row_view *row, struct buf *out)
{
	const struct connection *listener = row->listener;
	bool known = listener && listener->flags & CONNECTION_QUEUES;

	if (!listener) {
		buf_puts(out, "null");
		return;
	}
	buf_puts(out, "{\"cookie\":");
	put_number_or_null(listener->flow.cookie, listener->flow.cookie, out);
	buf_puts(out, ",\"pid\":");
	put_number_or_null(listener->flow.pid, listener->flow.pid, out);
	buf_puts(out, ",\"comm\":");
	if (listener->flow.pid)
		json_string(out, listener->flow.comm,
			    strnlen(listener->flow.comm, sizeof(listener->flow.comm)));
	else
		buf_puts(out, "null");
	buf_puts(out, ",\"accept_queue\":");
	put_number_or_null(known, listener->recv_queue, out);
	buf_puts(out, ",\"backlog\":");
	put_number_or_null(known, listener->send_queue, out);
	buf_putc(out, '}');
}

static void put_key(unsigned int id, struct buf *out)
{
	const struct row_field *field = &row_fields[id];

	if (field->shared == FIELD_MAX)
		buf_put(out, field->key, field->key_size);
	else
		buf_put(out, fields[field->shared].key, fields[field->shared].key_size);
}

static void put_named(const char *before, uint32_t pid, const char *comm, struct buf *out)
{
	buf_puts(out, before);
	buf_u64(out, pid);
	buf_putc(out, '/');
	buf_put(out, comm, strnlen(comm, FLOW_COMM_SIZE));
	buf_putc(out, ')');
}

/* What keeps a socket that no process holds. */
static void put_keeper(const struct row_view *view, struct buf *out)
{
	const struct connection *row = view->row, *listener = view->listener;

	if (listener && listener->flags & CONNECTION_QUEUES) {
		buf_printf(out, "(accept queue %u/%u of ", listener->recv_queue,
			   listener->send_queue);
		put_named("", listener->flow.pid, listener->flow.comm, out);
	} else if (row->flow.owner == FLOW_OWNER_CLOSE) {
		put_named("(closed by ", row->flow.pid, row->flow.comm, out);
	} else if (row->holding == HOLDING_FILE && row->flags & CONNECTION_UNHELD) {
		buf_puts(out, "(in flight)");
	} else {
		buf_putc(out, '-');
	}
}

static void put_owner_names(const struct connection_owner *owners, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		buf_puts(out, i ? "," : "");
		buf_u64(out, owners[i].pid);
		buf_putc(out, '/');
		buf_put(out, owners[i].comm, strnlen(owners[i].comm, sizeof(owners[i].comm)));
	}
}

static size_t end_names(struct buf *out, size_t begin)
{
	size_t columns;

	if (out->failed)
		return 0;
	safe_name(out->data + begin, out->len - begin);
	text_fitting(out->data + begin, out->len - begin, SIZE_MAX, &columns);
	return columns;
}

size_t row_owners_text(const struct row_view *row, struct buf *out)
{
	size_t begin = out->len;

	put_owner_names(row->owners, row->owner_count, out);
	if (!row->owner_count)
		put_keeper(row, out);
	return end_names(out, begin);
}

static size_t peer_owners_text(const struct row_view *row, struct buf *out)
{
	const struct unix_facts *facts = row->unix_facts;
	size_t begin = out->len;

	if (facts)
		put_owner_names(facts->peer_owners, facts->peer_owner_count, out);
	if (!facts || !facts->peer_owner_count)
		buf_putc(out, '-');
	return end_names(out, begin);
}

static void put_keyed(struct view *view, unsigned int id, const struct row_view *row,
		      struct buf *out)
{
	struct field_value value;

	if (row_field_text(id).json == FIELD_JSON_NONE)
		return;
	put_key(id, out);
	if (id == ROW_OWNERS) {
		put_owners(row->owners, row->owner_count, out);
		return;
	}
	if (id == ROW_PEER_OWNERS) {
		put_peer_owners(row, out);
		return;
	}
	if (id == ROW_LISTENER) {
		put_listener(row, out);
		return;
	}
	row_field_get(view, id, row, &value);
	view_json_value(view, &value, out);
}

void row_json(struct view *view, const struct row_columns *columns, const struct row_view *row,
	      struct buf *out)
{
	size_t begin = out->len;

	if (columns) {
		for (unsigned int i = 0; i < columns->count; i++)
			put_keyed(view, columns->ids[i], row, out);
	} else {
		for (unsigned int id = 0; id <= ROW_LAST_KEY; id++)
			put_keyed(view, id, row, out);
	}
	if (out->len == begin)
		buf_putc(out, '{');
	buf_puts(out, "}\n");
	if (out->failed)
		out->len = begin; /* whole lines only */
	else
		out->data[begin] = '{'; /* in place of the first comma */
}

static void pad(struct buf *out, size_t have, size_t width)
{
	if (have < width)
		buf_fill(out, ' ', width - have);
}

static void trim(struct buf *out, size_t begin)
{
	while (out->len > begin && out->data[out->len - 1] == ' ')
		out->len--;
}

/* ---------------------------------------------------------------- text */

#define NEVER_LEFT_OUT 6 /* columns */
#define LEAST_END 15	 /* both ends of an address, and its port */
#define TINY_END 8
#define TINY_TEXT 6

static bool is_end(unsigned int id)
{
	return id == ROW_LOCAL || id == ROW_REMOTE || id == ROW_LADDR || id == ROW_RADDR;
}

static bool is_text(unsigned int id)
{
	return id == ROW_COMM || id == ROW_NETNS_NAME || id == ROW_UNIT || id == ROW_CGROUP ||
	       id == ROW_OWNERS || id == ROW_OPENED_BY || id == ROW_CLOSED_BY || id == ROW_PATH ||
	       id == ROW_PEER_PATH || id == ROW_PEER_OWNERS;
}

static struct cell cell_of(unsigned int id, bool droppable)
{
	uint8_t width = row_field_text(id).width;
	struct cell cell = {width, width, width, droppable ? CELL_GOES : CELL_STAYS};

	if (is_end(id) && width > LEAST_END)
		cell.least = LEAST_END, cell.tiny = TINY_END;
	else if (is_text(id))
		cell.least = cell.tiny = TINY_TEXT;
	return cell;
}

void row_columns_fit(struct row_columns *columns, unsigned int width, bool drop)
{
	struct cell cells[ROW_COLUMNS_MAX];
	unsigned int kept = 0;

	for (unsigned int i = 0; i < columns->count; i++)
		cells[i] = cell_of(columns->ids[i], drop && i >= NEVER_LEFT_OUT);
	cell_fit_all(cells, columns->count, width);
	for (unsigned int i = 0; i < columns->count; i++) {
		if (!cells[i].width)
			continue;
		columns->ids[kept] = columns->ids[i];
		columns->widths[kept++] = cells[i].width;
	}
	columns->count = kept;
}

static unsigned int width_of(const struct row_columns *columns, unsigned int i)
{
	return columns->widths[i] ? columns->widths[i] : row_field_text(columns->ids[i]).width;
}

/* Moves the last `size` bytes so that they end where their column does. */
static void to_right(struct buf *out, size_t size, size_t columns, size_t width)
{
	size_t blanks = columns < width ? width - columns : 0;

	buf_fill(out, ' ', blanks);
	if (out->failed)
		return;
	memmove(out->data + out->len - size, out->data + out->len - size - blanks, size);
	memset(out->data + out->len - size - blanks, ' ', blanks);
}

/* What stands behind `at` becomes a cell of the line. */
static void end_cell(struct buf *out, size_t at, size_t wide, const struct row_columns *columns,
		     unsigned int i)
{
	unsigned int id = columns->ids[i], width = width_of(columns, i);

	if (columns->widths[i])
		wide = cell_cut(out, at, width, is_end(id));
	if (row_fields[id].right)
		to_right(out, out->len - at, wide, width);
	else
		pad(out, wide, width);
	buf_putc(out, ' ');
}

void row_text_header(const struct row_columns *columns, struct buf *out)
{
	size_t begin = out->len;

	for (unsigned int i = 0; i < columns->count; i++) {
		struct row_field_text text = row_field_text(columns->ids[i]);
		size_t at = out->len;

		buf_puts(out, text.header);
		end_cell(out, at, strlen(text.header), columns, i);
	}
	trim(out, begin);
	buf_putc(out, '\n');
}

void row_text(struct view *view, const struct row_columns *columns, const struct row_view *row,
	      struct buf *out)
{
	size_t begin = out->len;

	for (unsigned int i = 0; i < columns->count; i++) {
		unsigned int id = columns->ids[i];
		size_t at = out->len, wide;
		struct field_value value;

		row_field_get(view, id, row, &value);
		wide = id == ROW_OWNERS	       ? row_owners_text(row, out)
		       : id == ROW_PEER_OWNERS ? peer_owners_text(row, out)
					       : view_text_value(view, &value, out);
		end_cell(out, at, wide, columns, i);
	}
	trim(out, begin);
	buf_putc(out, '\n');
	if (out->failed)
		out->len = begin;
}
