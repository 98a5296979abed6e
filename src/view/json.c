/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Event -> one JSON object a line. Pure. */
#include "netstate/tcp_state.h"
#include "view/clock.h"
#include "base/cleanup.h"
#include "view/event_columns.h"
#include "view/field.h"
#include "base/json_string.h"
#include "view/put.h"
#include "view/view.h"

#define LAST_KEY FIELD_LAST_KEY
/* a key and its value, unless the value's length comes from outside */
#define KEYED_VALUE_MAX 128

_Static_assert(FIELD_KEY_SIZE + 2 + PUT_WORD_MAX + FORMAT_U64_MAX < KEYED_VALUE_MAX, "words");
_Static_assert(FIELD_KEY_SIZE + 2 + PUT_ENDPOINT_MAX < KEYED_VALUE_MAX, "addresses");
_Static_assert(FIELD_KEY_SIZE + 2 + CLOCK_TEXT_MAX < KEYED_VALUE_MAX, "times");

static void put_null(struct buf *out)
{
	buf_put(out, "null", 4);
}

/* The path of the last cgroup is kept as it was written: the next event is mostly of the same. */
static void put_cgroup(struct view *view, uint64_t id, struct buf *out)
{
	struct view_cache *cache = &view->cache;
	size_t begin = out->len;
	const char *path;

	if (cache->has_cgroup && cache->cgroup_id == id) {
		buf_put(out, cache->cgroup_json, cache->cgroup_json_size);
		return;
	}
	path = view->cgroup_path ? view->cgroup_path(view->context, id) : NULL;
	if (!path) {
		put_null(out);
		return;
	}
	json_string(out, path, strlen(path));
	if (out->failed || out->len - begin > sizeof(cache->cgroup_json))
		return;
	cache->cgroup_json_size = (uint16_t)(out->len - begin);
	memcpy(cache->cgroup_json, out->data + begin, cache->cgroup_json_size);
	cache->cgroup_id = id;
	cache->has_cgroup = true;
}

static void put_netns(struct view *view, uint64_t netns, struct buf *out)
{
	const char *name =
		view->netns_name ? view->netns_name(view->context, (uint32_t)netns) : NULL;

	if (name)
		json_string(out, name, strlen(name));
	else
		put_null(out);
}

/* A string in any case: "7" where device 7 has no name. */
static void put_device(struct view *view, const struct field_value *value, struct buf *out)
{
	uint32_t index = (uint32_t)value->number;
	const char *name =
		view->device_name ? view->device_name(view->context, value->size, index) : NULL;

	if (name) {
		json_string(out, name, strlen(name));
		return;
	}
	buf_putc(out, '"');
	buf_u64(out, index);
	buf_putc(out, '"');
}

static char *put_quoted(struct view *view, char *to, const struct field_value *value)
{
	*to++ = '"';
	if (value->type == VALUE_TIME)
		to = clock_rfc3339(view, value->number, to);
	else if (value->type == VALUE_ADDRESS)
		to = put_address(to, value->end);
	else
		to = put_word(to, value);
	*to++ = '"';
	return to;
}

static char *put_number(char *to, const struct field_value *value)
{
	uint64_t number = value->type == VALUE_SPAN ? value->number / 1000 : value->number;

	if (value->type == VALUE_SIGNED && (int64_t)number < 0) {
		*to++ = '-';
		number = 0 - number;
	}
	return format_u64(to, number);
}

static void put_process(const struct actor *actor, struct buf *out)
{
	buf_puts(out, "{\"pid\":");
	buf_u64(out, actor->pid);
	buf_puts(out, ",\"comm\":");
	json_string(out, actor->comm, strnlen(actor->comm, sizeof(actor->comm)));
	buf_putc(out, '}');
}

static void put_state(unsigned int state, struct buf *out)
{
	const char *name = tcp_state_name(state);

	if (name)
		buf_puts(out, name);
	else
		buf_printf(out, "state-%u", state);
}

static void put_blocker(const struct event *event, struct buf *out)
{
	const struct actor *actor = &event->closer;
	char *to;

	buf_puts(out, "{\"pid\":");
	if (actor->pid)
		buf_u64(out, actor->pid);
	else
		put_null(out);
	buf_puts(out, ",\"comm\":");
	if (actor->pid)
		json_string(out, actor->comm, strnlen(actor->comm, sizeof(actor->comm)));
	else
		put_null(out);
	buf_puts(out, ",\"state\":\"");
	put_state(event->blocker_state, out);
	buf_puts(out, "\",\"laddr\":\"");
	to = buf_room(out, KEYED_VALUE_MAX);
	if (to)
		buf_commit(out, put_address(to, &event->blocker_end));
	buf_printf(out, "\",\"lport\":%u}", event->blocker_end.port);
}

/* What is not set is null. */
static void put_setting(const char *key, uint32_t value, struct buf *out)
{
	buf_printf(out, ",\"%s\":", key);
	if (value)
		buf_u64(out, value);
	else
		put_null(out);
}

static void put_timeout(const struct timeout *timeout, struct buf *out)
{
	buf_printf(out, "{\"cause\":\"%s\",\"retransmits\":%u,\"probes\":%u",
		   timeout_cause_name(timeout->cause), timeout->retransmits, timeout->probes);
	put_setting("keepalive_probes", timeout->probes_max, out);
	put_setting("keepalive_idle_ms", timeout->idle_ms, out);
	put_setting("keepalive_interval_ms", timeout->interval_ms, out);
	put_setting("user_timeout_ms", timeout->user_timeout_ms, out);
	buf_putc(out, '}');
}

void view_json_value(struct view *view, const struct field_value *value, struct buf *out)
{
	char *to = buf_room(out, KEYED_VALUE_MAX);

	if (!to)
		return;
	switch (value->type) {
	case VALUE_UNSIGNED:
	case VALUE_SIGNED:
	case VALUE_PID:
	case VALUE_SPAN:
	case VALUE_FD:
		buf_commit(out, put_number(to, value));
		break;
	case VALUE_WORD:
	case VALUE_ADDRESS:
	case VALUE_TIME:
		buf_commit(out, put_quoted(view, to, value));
		break;
	case VALUE_BYTES:
		json_string(out, value->bytes, value->size);
		break;
	case VALUE_CGROUP:
		put_cgroup(view, value->number, out);
		break;
	case VALUE_DEVICE:
		put_device(view, value, out);
		break;
	case VALUE_NETNS:
		put_netns(view, value->number, out);
		break;
	case VALUE_PROCESS:
		put_process(value->actor, out);
		break;
	case VALUE_BLOCKER:
		put_blocker(value->event, out);
		break;
	case VALUE_TIMEOUT:
		put_timeout(&value->event->timeout, out);
		break;
	default:
		put_null(out);
	}
}

static void put_keyed(struct view *view, const struct field *field, const struct event *event,
		      struct buf *out)
{
	char *to = buf_room(out, KEYED_VALUE_MAX);
	struct field_value value;

	if (!to)
		return;
	memcpy(to, field->key, FIELD_KEY_SIZE);
	buf_commit(out, to + field->key_size);
	field_get(field, event, &value);
	view_json_value(view, &value, out);
}

/* A gap says so whatever was chosen: it is no event. */
static void put_chosen(struct view *view, const struct event *event, struct buf *out)
{
	static const uint8_t of_gaps[] = {FIELD_KIND, FIELD_LOST};
	const struct event_columns *columns = view->columns;

	for (unsigned int i = 0; i < columns->count; i++)
		put_keyed(view, &fields[columns->ids[i]], event, out);
	for (size_t i = 0; event->kind == EVENT_GAP && i < ARRAY_SIZE(of_gaps); i++) {
		if (!event_columns_have(columns, of_gaps[i]))
			put_keyed(view, &fields[of_gaps[i]], event, out);
	}
}

void view_json(struct view *view, const struct event *event, struct buf *out)
{
	size_t begin = out->len;

	if (view->columns)
		put_chosen(view, event, out);
	else
		for (size_t i = 0; i <= LAST_KEY; i++)
			put_keyed(view, &fields[i], event, out);
	if (out->len == begin)
		buf_putc(out, '{');
	buf_put(out, "}\n", 2);
	if (out->failed)
		out->len = begin; /* whole lines only */
	else
		out->data[begin] = '{'; /* in place of the first comma */
}
