/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A value of a field -> text. Pure. */
#include "base/cleanup.h"
#include "base/rune_width.h"
#include "base/safe.h"
#include "netstate/errno_name.h"
#include "netstate/tcp_state.h"
#include "view/clock.h"
#include "view/field.h"
#include "view/put.h"
#include "view/view.h"

/* a value, a blank and two colours, unless the value's length comes from outside */
#define VALUE_MAX 128

/* Behind the pid: an owner that is not the one who made this socket what it is. */
static char *put_pid(char *to, const struct field_value *value)
{
	to = format_u64(to, value->number);
	if (value->owner == FLOW_OWNER_INHERITED)
		*to++ = '~';
	else if (value->owner == FLOW_OWNER_SCAN)
		*to++ = '*';
	return to;
}

static char *put_signed(char *to, int64_t number)
{
	if (number < 0)
		*to++ = '-';
	return format_u64(to, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

static char *put_value(struct view *view, char *to, const struct field_value *value)
{
	switch (value->type) {
	case VALUE_EMPTY:
		return to;
	case VALUE_UNSIGNED:
	case VALUE_NETNS:
	case VALUE_DEVICE:
		return format_u64(to, value->number);
	case VALUE_SIGNED:
		return put_signed(to, (int64_t)value->number);
	case VALUE_PID:
		return put_pid(to, value);
	case VALUE_WORD:
		return put_word(to, value);
	case VALUE_ADDRESS:
		return put_address(to, value->end);
	case VALUE_ENDPOINT:
		return put_endpoint(to, value->end);
	case VALUE_TIME:
		return clock_text(view, value->number, to);
	case VALUE_SPAN:
		return clock_span(value->number, to);
	case VALUE_FD:
		memcpy(to, "fd ", 3);
		to = put_signed(to + 3, (int64_t)value->number);
		return value->unknown ? stpcpy(to, value->unknown) : to;
	default:
		*to++ = '-';
		return to;
	}
}

/* A value stays on its line, whatever it holds; other bytes pass where no terminal reads them. */
static size_t put_bytes(const struct view *view, const char *bytes, size_t size, struct buf *out)
{
	char *to = buf_room(out, size);
	size_t width = 0;

	if (!to)
		return 0;
	memcpy(to, bytes, size);
	if (view->terminal_safe)
		safe_bytes(to, size);
	for (size_t i = 0; i < size; i++) {
		if ((unsigned char)to[i] < 0x20 || to[i] == 0x7f)
			to[i] = '?';
	}
	text_fitting(to, size, SIZE_MAX, &width);
	out->len += size;
	return width;
}

/* What the caller of the view knows a number by; NULL: nothing. */
static const char *name_of(const struct view *view, const struct field_value *value)
{
	switch (value->type) {
	case VALUE_CGROUP:
		return view->cgroup_path ? view->cgroup_path(view->context, value->number) : NULL;
	case VALUE_NETNS:
		return view->netns_name ? view->netns_name(view->context, (uint32_t)value->number)
					: NULL;
	case VALUE_DEVICE:
	case VALUE_ENDPOINT:
		return value->number && view->device_name
			       ? view->device_name(view->context, value->size,
						   (uint32_t)value->number)
			       : NULL;
	default:
		return NULL;
	}
}

/* "0.0.0.0%eth0:80", "[fe80::1]%eth0:80" as in ss; the index where the device has no name. */
static size_t put_end_of_device(const struct view *view, const struct field_value *value,
				struct buf *out)
{
	char text[PUT_ENDPOINT_MAX + PUT_DEVICE_MAX];
	const char *name = name_of(view, value);
	char *end = put_endpoint_of_device(text, value->end, (uint32_t)value->number, name);

	return put_bytes(view, text, (size_t)(end - text), out);
}

/* "blocked by LISTEN 0.0.0.0:80 of 4711/nginx" */
static size_t put_blocker(const struct view *view, const struct event *event, struct buf *out)
{
	const struct actor *actor = &event->closer;
	size_t begin = out->len;
	char *to;

	if (event->flow.protocol == FLOW_PROTOCOL_UDP)
		buf_puts(out, "blocked by UDP ");
	else if (event->blocker_state == TCP_STATE_CLOSE)
		buf_puts(out, "blocked by the bound ");
	else if (tcp_state_name(event->blocker_state))
		buf_printf(out, "blocked by %s ", tcp_state_name(event->blocker_state));
	else
		buf_printf(out, "blocked by state-%u ", event->blocker_state);
	to = buf_room(out, VALUE_MAX);
	if (!to)
		return 0;
	buf_commit(out, put_endpoint(to, &event->blocker_end));
	if (actor->pid) {
		buf_puts(out, " of ");
		buf_u64(out, actor->pid);
		buf_putc(out, '/');
	}
	if (out->failed)
		return 0;
	begin = out->len - begin;
	return begin + (actor->pid ? put_bytes(view, actor->comm,
					       strnlen(actor->comm, sizeof(actor->comm)), out)
				   : 0);
}

/* "/run/docker.sock:12345", "*:12345"; '*' in place of an inode that is not there. */
static size_t put_unix_end(const struct view *view, const struct field_value *value,
			   struct buf *out)
{
	size_t width = put_bytes(view, value->bytes, value->size, out), begin = out->len;

	buf_putc(out, ':');
	if (value->number)
		buf_u64(out, value->number);
	else
		buf_putc(out, '*');
	return width + out->len - begin;
}

/* "closed by 4711/sshd" */
static size_t put_process(const struct view *view, const struct field_value *value, struct buf *out)
{
	const struct actor *actor = value->actor;
	size_t begin = out->len;

	if (value->unknown) {
		buf_puts(out, value->unknown);
		buf_putc(out, ' ');
	}
	buf_u64(out, actor->pid);
	buf_putc(out, '/');
	if (out->failed)
		return 0;
	begin = out->len - begin;
	return begin + put_bytes(view, actor->comm, strnlen(actor->comm, sizeof(actor->comm)), out);
}

/* "ETIMEDOUT 3 keepalive probes unanswered (idle 1 s, interval 1 s)" */
static size_t put_timeout(const struct event *event, struct buf *out)
{
	char text[TIMEOUT_TEXT_SIZE];
	size_t begin = out->len;
	const char *name = errno_name((unsigned int)event->err);

	timeout_format(&event->timeout, text);
	if (name)
		buf_printf(out, "%s %s", name, text);
	else
		buf_printf(out, "errno-%d %s", event->err, text);
	return out->len - begin;
}

/* "db.example:5432" */
static size_t put_host(const struct view *view, const char *name, unsigned int port,
		       struct buf *out)
{
	size_t width = put_bytes(view, name, strlen(name), out), begin = out->len;

	buf_putc(out, ':');
	buf_u64(out, port);
	return width + out->len - begin;
}

size_t view_text_value(struct view *view, const struct field_value *value, struct buf *out)
{
	const char *name;
	char *to, *end;

	if (value->type == VALUE_ENDPOINT && view->host_name) {
		name = view->host_name(view->host_context, value->end);
		if (name)
			return put_host(view, name, value->end->port, out);
	}

	if (value->type == VALUE_BYTES)
		return put_bytes(view, value->bytes, value->size, out);
	if (value->type == VALUE_UNIX_END)
		return put_unix_end(view, value, out);
	if (value->type == VALUE_ENDPOINT && value->number)
		return put_end_of_device(view, value, out);
	name = name_of(view, value);
	if (name || value->type == VALUE_CGROUP)
		return put_bytes(view, name ? name : "-", name ? strlen(name) : 1, out);
	if (value->type == VALUE_PROCESS)
		return put_process(view, value, out);
	if (value->type == VALUE_BLOCKER)
		return put_blocker(view, value->event, out);
	if (value->type == VALUE_TIMEOUT)
		return put_timeout(value->event, out);
	to = buf_room(out, VALUE_MAX);
	if (!to)
		return 0;
	end = put_value(view, to, value);
	buf_commit(out, end);
	return (size_t)(end - to);
}
