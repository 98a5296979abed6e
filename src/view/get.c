/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The getters of the field table. Pure. */
#include "view/get.h"

#include <string.h>
#include <sys/socket.h>

#include "netstate/errno_name.h"
#include "netstate/tcp_state.h"

static void set_number(struct field_value *value, uint64_t number)
{
	value->type = VALUE_UNSIGNED;
	value->number = number;
}

static void set_number_unless(struct field_value *value, uint64_t number, uint64_t unknown)
{
	value->type = number == unknown ? VALUE_NULL : VALUE_UNSIGNED;
	value->number = number;
}

static void set_word(struct field_value *value, const char *word, const char *unknown,
		     uint64_t number)
{
	value->type = VALUE_WORD;
	value->word = word;
	value->unknown = unknown;
	value->number = number;
}

static void set_span(struct field_value *value, uint64_t ns)
{
	value->type = ns == EVENT_NS_UNKNOWN ? VALUE_NULL : VALUE_SPAN;
	value->number = ns;
}

/* A UNIX socket has neither addresses nor ports. */
static bool has_ends(const struct event *event)
{
	return event->flow.family && event->flow.family != AF_UNIX;
}

static void set_end(struct field_value *value, enum value_type type, const struct event *event,
		    const struct endpoint *end)
{
	value->type = has_ends(event) ? type : VALUE_NULL;
	value->end = end;
	value->number = 0;
	value->size = event->flow.netns;
}

static void set_state(struct field_value *value, unsigned int state)
{
	set_word(value, tcp_state_name(state), "state-", state);
}

static void set_errno(struct field_value *value, int32_t err)
{
	set_word(value, errno_name((unsigned int)err), "errno-", (unsigned int)err);
}

void get_time(const struct event *event, struct field_value *ret_value)
{
	ret_value->type = VALUE_TIME;
	ret_value->number = event->ktime_ns;
}

void get_ktime_ns(const struct event *event, struct field_value *ret_value)
{
	set_number(ret_value, event->ktime_ns);
}

void get_kind(const struct event *event, struct field_value *ret_value)
{
	set_word(ret_value, event_kind_name(event->kind), "kind-", event->kind);
}

void get_netns(const struct event *event, struct field_value *ret_value)
{
	set_number_unless(ret_value, event->flow.netns, 0);
}

void get_netns_name(const struct event *event, struct field_value *ret_value)
{
	get_netns(event, ret_value);
	if (ret_value->type != VALUE_NULL)
		ret_value->type = VALUE_NETNS;
}

void get_protocol(const struct event *event, struct field_value *ret_value)
{
	set_word(ret_value, flow_protocol_name(event->flow.protocol), "protocol-",
		 event->flow.protocol);
}

void get_cookie(const struct event *event, struct field_value *ret_value)
{
	set_number_unless(ret_value, event->flow.cookie, 0);
}

void get_family(const struct event *event, struct field_value *ret_value)
{
	unsigned int family = event->flow.family;
	const char *word = family == AF_INET	? "inet"
			   : family == AF_INET6 ? "inet6"
			   : family == AF_UNIX	? "unix"
						: NULL;

	if (family)
		set_word(ret_value, word, "family-", family);
}

void get_laddr(const struct event *event, struct field_value *ret_value)
{
	set_end(ret_value, VALUE_ADDRESS, event, &event->flow.local);
}

void get_lport(const struct event *event, struct field_value *ret_value)
{
	if (has_ends(event))
		set_number(ret_value, event->flow.local.port);
}

void get_raddr(const struct event *event, struct field_value *ret_value)
{
	set_end(ret_value, VALUE_ADDRESS, event, &event->flow.remote);
}

void get_rport(const struct event *event, struct field_value *ret_value)
{
	if (has_ends(event))
		set_number(ret_value, event->flow.remote.port);
}

void get_old(const struct event *event, struct field_value *ret_value)
{
	set_state(ret_value, event->old_state);
}

void get_new(const struct event *event, struct field_value *ret_value)
{
	set_state(ret_value, event->new_state);
}

void get_after(const struct event *event, struct field_value *ret_value)
{
	set_span(ret_value, event->after_ns);
}

void get_pid(const struct event *event, struct field_value *ret_value)
{
	if (!event->flow.owner || !event->flow.pid) /* 0: none that can be seen from here */
		return;
	ret_value->type = VALUE_PID;
	ret_value->number = event->flow.pid;
	ret_value->owner = event->flow.owner;
}

void get_comm(const struct event *event, struct field_value *ret_value)
{
	if (!event->flow.owner)
		return;
	ret_value->type = VALUE_BYTES;
	ret_value->bytes = event->flow.comm;
	ret_value->size = (uint32_t)strnlen(event->flow.comm, sizeof(event->flow.comm));
}

void get_uid(const struct event *event, struct field_value *ret_value)
{
	set_number(ret_value, event->flow.uid);
}

void get_owner(const struct event *event, struct field_value *ret_value)
{
	if (event->flow.owner)
		set_word(ret_value, flow_owner_name(event->flow.owner), "owner-",
			 event->flow.owner);
}

void get_cgroup(const struct event *event, struct field_value *ret_value)
{
	ret_value->type = event->flow.cgroup_id ? VALUE_CGROUP : VALUE_NULL;
	ret_value->number = event->flow.cgroup_id;
}

void get_err(const struct event *event, struct field_value *ret_value)
{
	if (event->err)
		set_errno(ret_value, event->err);
}

void get_fd(const struct event *event, struct field_value *ret_value)
{
	if (event->fd >= 0)
		set_number(ret_value, (uint64_t)event->fd);
}

void get_ret(const struct event *event, struct field_value *ret_value)
{
	ret_value->type = VALUE_SIGNED;
	ret_value->number = (uint64_t)(int64_t)event->ret;
}

void get_latency(const struct event *event, struct field_value *ret_value)
{
	set_span(ret_value, event->latency_ns);
}

void get_lost(const struct event *event, struct field_value *ret_value)
{
	set_number(ret_value, event->lost);
}

static void set_process(struct field_value *value, const char *word, const struct actor *actor)
{
	value->type = VALUE_PROCESS;
	value->unknown = word;
	value->actor = actor;
}

void get_closed_by(const struct event *event, struct field_value *ret_value)
{
	if (event->evidence & EVENT_SEEN_ACTED)
		set_process(ret_value, NULL, &event->closer);
}

void get_address_from(const struct event *event, struct field_value *ret_value)
{
	if (event->told_address)
		set_word(ret_value, "caller", NULL, 0);
}

static void set_blocker(struct field_value *value, const struct event *event)
{
	value->type = VALUE_BLOCKER;
	value->event = event;
}

void get_blocked_by(const struct event *event, struct field_value *ret_value)
{
	if (event->blocker_state)
		set_blocker(ret_value, event);
}

void get_timeout(const struct event *event, struct field_value *ret_value)
{
	if (!event->timeout.cause)
		return;
	ret_value->type = VALUE_TIMEOUT;
	ret_value->event = event;
}

void get_local(const struct event *event, struct field_value *ret_value)
{
	set_end(ret_value, VALUE_ENDPOINT, event, &event->flow.local);
}

void get_remote(const struct event *event, struct field_value *ret_value)
{
	set_end(ret_value, VALUE_ENDPOINT, event, &event->flow.remote);
}

void get_from(const struct event *event, struct field_value *ret_value)
{
	if (event->kind == EVENT_STATE)
		get_old(event, ret_value);
	else
		get_kind(event, ret_value);
}

void get_to(const struct event *event, struct field_value *ret_value)
{
	if (event->kind == EVENT_STATE) {
		get_new(event, ret_value);
	} else if (event->err) {
		set_errno(ret_value, event->err);
	} else if (event->kind == EVENT_ACCEPT && event->fd >= 0) {
		ret_value->type = VALUE_FD;
		ret_value->unknown = NULL;
		ret_value->number = (uint64_t)event->fd;
	} else {
		set_word(ret_value, "ok", NULL, 0);
	}
}

void get_span(const struct event *event, struct field_value *ret_value)
{
	set_span(ret_value, event->kind == EVENT_STATE ? event->after_ns : event->latency_ns);
}

void get_note(const struct event *event, struct field_value *ret_value)
{
	ret_value->type = VALUE_EMPTY;
	if (event->kind == EVENT_STATE && event->timeout.cause) {
		get_timeout(event, ret_value);
	} else if (event->kind == EVENT_STATE && event->err) {
		set_errno(ret_value, event->err);
	} else if (event->evidence & EVENT_SEEN_ACTED &&
		   (!event->flow.owner || event->closer.pid != event->flow.pid)) {
		set_process(ret_value, "closed by", &event->closer);
	} else if (event->blocker_state) {
		set_blocker(ret_value, event);
	} else if (event->kind != EVENT_ACCEPT && event->fd >= 0) {
		ret_value->type = VALUE_FD;
		ret_value->number = (uint64_t)event->fd;
		ret_value->unknown =
			event->told_address ? ", address from the caller's memory" : NULL;
	}
}
