/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connections put together by process, remote address, listener, state, namespace or unit -> lines. Pure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/format.h"
#include "base/safe.h"
#include "netstate/tcp_state.h"
#include "view/frame_put.h"
#include "view/put.h"

#define KEY_MAX FRAME_GROUP_KEY

struct group {
	char key[KEY_MAX];
	const struct connection *row; /* one of it */
	uint8_t key_size;
	size_t count, listening, open, waiting, other;
};

static size_t put_process(const struct flow *flow, char *to)
{
	char *begin = to;

	if (!flow->owner) {
		*to = '-';
		return 1;
	}
	to = format_u64(to, flow->pid);
	*to++ = ' ';
	memcpy(to, flow->comm, strnlen(flow->comm, FLOW_COMM_SIZE));
	return (size_t)(to - begin) + strnlen(flow->comm, FLOW_COMM_SIZE);
}

static char *put_text(char *to, const char *text)
{
	size_t size = strlen(text);

	memcpy(to, text, size);
	return to + size;
}

/* A connection that came in belongs to the socket that listens where it came in; one that went out
 * to none, whatever its port. */
static const struct connection *listener_of(const struct conn_table *table,
					    const struct connection *row)
{
	return row->flow.owner == FLOW_OWNER_CONNECT ? NULL : conn_table_listener(table, row);
}

static bool came_in(const struct connection *row)
{
	return row->flow.owner == FLOW_OWNER_ACCEPT || row->flow.owner == FLOW_OWNER_INHERITED;
}

static size_t put_listener(const struct conn_table *table, const struct connection *row, char *to)
{
	const struct connection *listener = listener_of(table, row);
	char *begin = to;

	if (!listener && !came_in(row))
		return (size_t)(put_text(to, "outgoing") - begin);
	if (listener) {
		to = put_endpoint(to, &listener->flow.local);
		*to++ = ' ';
		to = put_text(to, listener->flow.comm);
	} else {
		to = format_u64(put_text(to, "port "), row->flow.local.port);
		to = put_text(to, ", closed");
	}
	to = put_text(to, "  netns ");
	return (size_t)(format_u64(to, row->flow.netns) - begin);
}

/* The unit or container of its cgroup, as the column has it. */
static size_t put_unit(struct view *view, const struct connection *row, char *to)
{
	struct row_view made_of;
	struct field_value value;

	row_view_init(&made_of, row, NULL, 0);
	row_field_get(view, ROW_UNIT, &made_of, &value);
	if (value.type == VALUE_NULL) {
		*to = '-';
		return 1;
	}
	memcpy(to, value.bytes, value.size < KEY_MAX ? value.size : KEY_MAX);
	return value.size < KEY_MAX ? value.size : KEY_MAX;
}

static void key_of(struct view *view, const struct conn_table *table, const struct connection *row,
		   unsigned int by, struct group *ret_group)
{
	const char *name = tcp_state_name(row->state);
	char *to = ret_group->key;
	size_t size;

	if (by == FRAME_GROUP_PROCESS)
		size = put_process(&row->flow, to);
	else if (by == FRAME_GROUP_REMOTE)
		size = (size_t)(put_address(to, &row->flow.remote) - to);
	else if (by == FRAME_GROUP_LISTENER)
		size = put_listener(table, row, to);
	else if (by == FRAME_GROUP_NETNS)
		size = (size_t)(format_u64(to, row->flow.netns) - to);
	else if (by == FRAME_GROUP_UNIT)
		size = put_unit(view, row, to);
	else
		size = (size_t)(stpcpy(to, name ? name : "?") - to);
	ret_group->key_size = (uint8_t)size;
	ret_group->row = row;
}

static void count_in(struct group *group, const struct connection *row)
{
	group->count++;
	if (row->state == TCP_STATE_LISTEN)
		group->listening++;
	else if (row->state == TCP_STATE_ESTABLISHED)
		group->open++;
	else if (row->state == TCP_STATE_TIME_WAIT)
		group->waiting++;
	else
		group->other++;
}

static int compare_keys(const void *a, const void *b)
{
	const struct group *left = a, *right = b;
	int order = memcmp(left->key, right->key,
			   left->key_size < right->key_size ? left->key_size : right->key_size);

	return order ? order
		     : (left->key_size > right->key_size) - (left->key_size < right->key_size);
}

static size_t number_of(const struct group *group, unsigned int column)
{
	const size_t numbers[FRAME_GROUP_COLUMNS] = {group->count, group->listening, group->open,
						     group->waiting, group->other};

	return column < FRAME_GROUP_COLUMNS ? numbers[column] : 0;
}

/* The largest first, names from A to Z; equal ones by name. */
static int compare_groups(const void *a, const void *b, void *context)
{
	const struct frame_choice *choice = context;
	size_t left = number_of(a, choice->group_sort), right = number_of(b, choice->group_sort);

	if (left != right)
		return (left < right) != choice->group_reversed ? 1 : -1;
	if (choice->group_sort == FRAME_GROUP_KEY_ITSELF && choice->group_reversed)
		return compare_keys(b, a);
	return compare_keys(a, b);
}

static void add_up(struct group *to, const struct group *from)
{
	to->count += from->count;
	to->listening += from->listening;
	to->open += from->open;
	to->waiting += from->waiting;
	to->other += from->other;
}

/* NULL: no memory, or no rows. */
static struct group *make_groups(struct view *view, const struct frame_data *data,
				 struct frame_choice *choice, size_t *ret_count)
{
	unsigned int by = choice->group;
	struct group *groups = data->count ? calloc(data->count, sizeof(*groups)) : NULL;
	size_t all = 0, count = 0;

	*ret_count = 0;
	if (!groups)
		return NULL;
	for (size_t i = 0; i < data->count; i++) {
		if (data->rows[i].dying)
			continue;
		key_of(view, data->table, data->rows[i].row, by, &groups[all]);
		count_in(&groups[all++], data->rows[i].row);
	}
	qsort(groups, all, sizeof(*groups), compare_keys);
	for (size_t i = 0; i < all; i++) {
		if (count && !compare_keys(&groups[count - 1], &groups[i]))
			add_up(&groups[count - 1], &groups[i]);
		else
			groups[count++] = groups[i];
	}
	qsort_r(groups, count, sizeof(*groups), compare_groups, choice);
	*ret_count = count;
	return groups;
}

static void draw_number(struct frame *frame, size_t number)
{
	char text[FORMAT_U64_MAX];

	frame_cell(frame, text, (size_t)(format_u64(text, number) - text), 7, true);
	buf_putc(&frame->text, ' ');
}

static void put_netns_name(struct frame *frame, const struct view *view, uint32_t netns,
			   unsigned int by)
{
	const char *name = by == FRAME_GROUP_NETNS && view->netns_name
				   ? view->netns_name(view->context, netns)
				   : NULL;

	if (name) {
		buf_putc(&frame->text, ' ');
		buf_puts(&frame->text, name);
	}
}

static void draw_group(struct frame *frame, const struct view *view, const struct group *group,
		       unsigned int by, bool selected)
{
	size_t at;

	frame_begin(frame, selected ? FRAME_SELECTED : FRAME_PLAIN);
	draw_number(frame, group->count);
	draw_number(frame, group->listening);
	draw_number(frame, group->open);
	draw_number(frame, group->waiting);
	draw_number(frame, group->other);
	at = frame->text.len;
	buf_put(&frame->text, group->key, group->key_size);
	put_netns_name(frame, view, group->row->flow.netns, by);
	if (!frame->text.failed)
		safe_name(frame->text.data + at, frame->text.len - at);
	frame_end(frame);
}

static void put_listener_filter(const struct conn_table *table, const struct group *group, char *to)
{
	const struct connection *row = group->row, *listener = listener_of(table, row);
	const struct endpoint *local = listener ? &listener->flow.local : &row->flow.local;

	*to = '\0';
	if (!listener && !came_in(row))
		return;
	to = format_u64(put_text(to, "netns "), row->flow.netns);
	if (listener && !address_is_any(local->addr))
		to = put_endpoint(put_text(to, " and src "), local);
	else
		to = format_u64(put_text(to, " and sport = :"), local->port);
	*to = '\0';
}

/* The cgroup down to the one that the unit is named after: those below it are the unit's, too. */
static void put_unit_filter(const struct view *view, const struct group *group, char *to,
			    size_t room)
{
	uint64_t id = group->row->flow.cgroup_id;
	const char *path = id && view->cgroup_path ? view->cgroup_path(view->context, id) : NULL;
	const char *name = path ? memmem(path, strlen(path), group->key, group->key_size) : NULL;
	size_t size = path ? strlen(path) : 0;

	if (name)
		size = (size_t)(name - path) + strcspn(name, "/");
	*to = '\0';
	if (size && size + strlen("cgroup \"\"") < room && !memchr(path, '"', size) &&
	    !(group->key_size == 1 && group->key[0] == '-'))
		snprintf(to, room, "cgroup \"%.*s\"", (int)size, path);
}

/* What selects just this group, in the filter language; empty where nothing does. */
static void put_filter(const struct conn_table *table, const struct group *group, unsigned int by,
		       char *to)
{
	const char *name = tcp_state_name(group->row->state);

	*to = '\0';
	if (by == FRAME_GROUP_PROCESS && group->row->flow.owner)
		*format_u64(put_text(to, "pid "), group->row->flow.pid) = '\0';
	else if (by == FRAME_GROUP_PROCESS) /* an owner that is not known has no number */
		*put_text(to, "not pid > 0") = '\0';
	else if (by == FRAME_GROUP_REMOTE)
		*put_address(put_text(to, "dst "), &group->row->flow.remote) = '\0';
	else if (by == FRAME_GROUP_STATE && name)
		*put_text(put_text(to, "state "), name) = '\0';
	else if (by == FRAME_GROUP_NETNS)
		*format_u64(put_text(to, "netns "), group->row->flow.netns) = '\0';
	else if (by == FRAME_GROUP_LISTENER)
		put_listener_filter(table, group, to);
}

static const char *const headers[FRAME_GROUP_COLUMNS] = {"COUNT",  "LISTEN", "OPEN",
							 "T_WAIT", "OTHER",  NULL};

const char *frame_group_sort_name(const struct frame_choice *choice)
{
	static const char *const names[FRAME_GROUP_COLUMNS] = {"count",	 "listen", "open",
							       "t_wait", "other",  NULL};
	const char *name =
		choice->group_sort < FRAME_GROUP_COLUMNS ? names[choice->group_sort] : NULL;

	return name ? name : frame_group_name(choice->group);
}

static void draw_headers(struct frame *frame, const struct frame_choice *choice)
{
	struct buf *text = &frame->scratch;

	frame_begin(frame, FRAME_COLUMNS);
	for (unsigned int i = 0; i < FRAME_GROUP_COLUMNS; i++) {
		buf_clear(text);
		buf_puts(text, headers[i] ? headers[i] : frame_group_name(choice->group));
		if (i == choice->group_sort) /* numbers begin with the largest, names with A */
			buf_putc(text, !!headers[i] != choice->group_reversed ? 'v' : '^');
		if (headers[i])
			frame_cell(frame, text->data, text->len, 7, true);
		else
			buf_put(&frame->text, text->data, text->len);
		buf_putc(&frame->text, ' ');
	}
	frame_end(frame);
}

/* The selected group stays selected wherever the order puts it; at the top nothing is held fast. */
static void follow_group(struct frame_choice *choice, const struct group *groups, size_t count)
{
	if (!choice->selected || choice->selected != choice->group_drawn)
		return;
	for (size_t i = 0; i < count; i++) {
		if (groups[i].key_size == choice->group_key_size &&
		    !memcmp(groups[i].key, choice->group_key, groups[i].key_size))
			choice->selected = i;
	}
}

static void remember_group(struct frame_choice *choice, const struct group *groups, size_t count)
{
	const struct group *group = count ? &groups[choice->selected] : NULL;

	choice->group_drawn = choice->selected;
	choice->group_key_size = group ? group->key_size : 0;
	if (group)
		memcpy(choice->group_key, group->key, group->key_size);
}

size_t frame_draw_groups(struct frame *frame, struct view *view, struct frame_choice *choice,
			 const struct frame_data *data, unsigned int page)
{
	size_t count;
	struct group *groups = make_groups(view, data, choice, &count);

	follow_group(choice, groups, count);
	frame_scroll(choice, count, page);
	draw_headers(frame, choice);
	for (unsigned int i = 0; i < page && choice->first + i < count; i++)
		draw_group(frame, view, &groups[choice->first + i], choice->group,
			   choice->first + i == choice->selected);
	if (!count && page)
		frame_text(frame, FRAME_HINT, "  no connection passes the filter");
	remember_group(choice, groups, count);
	choice->group_filter[0] = '\0';
	if (count && choice->group == FRAME_GROUP_UNIT)
		put_unit_filter(view, &groups[choice->selected], choice->group_filter,
				sizeof(choice->group_filter));
	else if (count)
		put_filter(data->table, &groups[choice->selected], choice->group,
			   choice->group_filter);
	free(groups);
	return count;
}
