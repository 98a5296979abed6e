/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A report about a connect -> one JSON object a line. Pure. */
#include <string.h>

#include "base/cleanup.h"
#include "base/json_string.h"
#include "netstate/errno_name.h"
#include "netstate/tcp_state.h"
#include "view/field.h"
#include "view/put.h"
#include "view/stall.h"
#include "view/stall_json.h"
#include "view/stall_names.h"

#define NS_PER_US 1000
#define NS_PER_MS 1000000

static const char *const updates[] = {
	[STALL_UPDATE_STALLED] = "stalled",
	[STALL_UPDATE_CHANGED] = "changed",
	[STALL_UPDATE_ENDED] = "ended",
};

const char *stall_update_name(unsigned int update)
{
	return update < ARRAY_SIZE(updates) ? updates[update] : NULL;
}

static void text(struct buf *out, const char *word)
{
	stall_json_text(out, word);
}

static void error_name(struct buf *out, int number)
{
	const char *name = number > 0 ? errno_name((unsigned int)number) : NULL;

	if (name)
		text(out, name);
	else
		buf_printf(out, "\"errno-%d\"", number);
}

static void span(struct buf *out, uint64_t ns, uint64_t unit)
{
	if (ns == STALL_NS_UNKNOWN)
		buf_puts(out, "null");
	else
		buf_u64(out, ns / unit);
}

static void address(struct buf *out, const struct endpoint *end)
{
	char *to = buf_room(out, PUT_ENDPOINT_MAX + 2);

	if (!to)
		return;
	*to++ = '"';
	to = put_address(to, end);
	*to++ = '"';
	buf_commit(out, to);
}

/* ---------------------------------------------------------------- one function a key */

static void put_update(const struct view *view, const struct stall_report *report, struct buf *out)
{
	text(out, stall_update_name(report->update));
}

static void put_end(const struct view *view, const struct stall_report *report, struct buf *out)
{
	text(out, report->stall->end == STALL_GOES_ON ? NULL : stall_end_name(report->stall->end));
}

static void put_verdict(const struct view *view, const struct stall_report *report, struct buf *out)
{
	text(out, report->verdict->word);
}

static void put_cause(const struct view *view, const struct stall_report *report, struct buf *out)
{
	text(out, report->verdict->cause);
}

static void put_failure(const struct view *view, const struct stall_report *report, struct buf *out)
{
	buf_puts(out, report->verdict->failure ? "true" : "false");
}

static void put_confidence(const struct view *view, const struct stall_report *report,
			   struct buf *out)
{
	text(out, stall_confidence_name(report->verdict->confidence));
}

static void put_meaning(const struct view *view, const struct stall_report *report, struct buf *out)
{
	text(out, report->verdict->meaning);
}

static void put_line(const struct view *view, const char *line, struct buf *out)
{
	_cleanup_(buf_release) struct buf named = {};

	stall_put_line(view, line, &named);
	if (named.failed)
		out->failed = true;
	else
		json_string(out, named.data, named.len);
}

static void put_evidence(const struct view *view, const struct stall_report *report,
			 struct buf *out)
{
	buf_putc(out, '[');
	for (unsigned int i = 0; i < report->verdict->line_count; i++) {
		if (i)
			buf_putc(out, ',');
		put_line(view, report->verdict->lines[i], out);
	}
	buf_putc(out, ']');
}

static void put_advice(const struct view *view, const struct stall_report *report, struct buf *out)
{
	text(out, report->verdict->advice);
}

static void put_command(const struct view *view, const struct stall_report *report, struct buf *out)
{
	_cleanup_(buf_release) struct buf command = {};

	if (!stall_put_command(view, report->stall, report->verdict, &command))
		buf_puts(out, "null");
	else if (command.failed)
		out->failed = true;
	else
		json_string(out, command.data, command.len);
}

static void put_netns_name(const struct view *view, const struct stall_report *report,
			   struct buf *out)
{
	text(out, stall_netns_name(view, report->stall->flow.netns));
}

static void put_syn_sent(const struct view *view, const struct stall_report *report,
			 struct buf *out)
{
	buf_u64(out, report->verdict->syn_sent);
}

static void put_syn_held(const struct view *view, const struct stall_report *report,
			 struct buf *out)
{
	buf_u64(out, report->verdict->syn_held);
}

static void put_age(const struct view *view, const struct stall_report *report, struct buf *out)
{
	span(out, report->verdict->age_ns, NS_PER_US);
}

static void put_next_retry(const struct view *view, const struct stall_report *report,
			   struct buf *out)
{
	span(out, report->verdict->next_retry_ns, NS_PER_MS);
}

static void put_gives_up(const struct view *view, const struct stall_report *report,
			 struct buf *out)
{
	span(out, report->verdict->gives_up_ns, NS_PER_MS);
}

static void put_connect_ret(const struct view *view, const struct stall_report *report,
			    struct buf *out)
{
	int32_t ret = report->stall->connect_ret;

	if (ret == STALL_RET_UNKNOWN)
		buf_puts(out, "null");
	else if (ret >= 0)
		buf_u64(out, (uint64_t)ret);
	else
		error_name(out, -ret);
}

static void put_sk_err(const struct view *view, const struct stall_report *report, struct buf *out)
{
	if (report->stall->sk_err)
		error_name(out, report->stall->sk_err);
	else
		buf_puts(out, "null");
}

static void put_icmp(const struct view *view, const struct stall_report *report, struct buf *out)
{
	const struct stall_icmp *icmp = &report->stall->icmp;

	if (!icmp->family) {
		buf_puts(out, "null");
		return;
	}
	buf_printf(out, "{\"type\":%u,\"code\":%u,\"from\":", icmp->type, icmp->code);
	address(out, &icmp->from);
	buf_putc(out, '}');
}

static void put_drop(const struct view *view, const struct stall_report *report, struct buf *out)
{
	static const char *const whats[] = {
		[STALL_SYN] = "SYN", [STALL_SYNACK] = "SYN-ACK", [STALL_OTHER] = "answer"};
	static const char *const wheres[] = {[STALL_OUTPUT] = "output",
					     [STALL_INPUT] = "input",
					     [STALL_FORWARD] = "forward",
					     [STALL_PREROUTING] = "prerouting",
					     [STALL_SOMEWHERE] = NULL};
	const struct stall_drop *drop;

	if (report->verdict->drop < 0 || report->verdict->drop >= STALL_DROPS_MAX) {
		buf_puts(out, "null");
		return;
	}
	drop = &report->stall->drops[report->verdict->drop];
	buf_puts(out, "{\"reason\":");
	text(out, drop->reason);
	buf_puts(out, ",\"location\":");
	text(out, drop->location);
	buf_puts(out, ",\"packet\":");
	text(out, drop->what < ARRAY_SIZE(whats) ? whats[drop->what] : NULL);
	buf_puts(out, ",\"hook\":");
	text(out, drop->where < ARRAY_SIZE(wheres) ? wheres[drop->where] : NULL);
	buf_printf(out, ",\"netns\":%u,\"netns_name\":", drop->netns);
	text(out, stall_netns_name(view, drop->netns));
	buf_printf(out, ",\"count\":%u}", drop->count);
}

static void put_peer(const struct view *view, const struct stall_report *report, struct buf *out)
{
	const struct stall_peer *peer = &report->stall->peer;

	if (!peer->looked) {
		buf_puts(out, "null");
		return;
	}
	buf_printf(out, "{\"netns\":%u,\"netns_name\":", peer->netns);
	text(out, stall_netns_name(view, peer->netns));
	buf_printf(out, ",\"listening\":%s", peer->listening ? "true" : "false");
	if (peer->listening && peer->pid) {
		buf_printf(out, ",\"pid\":%u,\"comm\":", peer->pid);
		json_string(out, peer->comm, strnlen(peer->comm, sizeof(peer->comm)));
	} else {
		buf_puts(out, ",\"pid\":null,\"comm\":null");
	}
	if (peer->listening)
		buf_printf(out, ",\"queue\":%u,\"limit\":%u", peer->queue, peer->limit);
	else
		buf_puts(out, ",\"queue\":null,\"limit\":null");
	buf_puts(out, ",\"last_accept_us\":");
	if (peer->last_accept_ns && peer->last_accept_ns <= report->ktime_ns)
		buf_u64(out, (report->ktime_ns - peer->last_accept_ns) / NS_PER_US);
	else
		buf_puts(out, "null");
	buf_putc(out, '}');
}

static void put_ports(const struct view *view, const struct stall_report *report, struct buf *out)
{
	const struct stall_ports *ports = &report->stall->ports;

	if (!ports->looked) {
		buf_puts(out, "null");
		return;
	}
	buf_printf(out, "{\"low\":%u,\"high\":%u,\"used\":%u,\"time_wait\":%u,\"reserved\":%u",
		   ports->low, ports->high, ports->used, ports->time_wait, ports->reserved);
	if (!ports->pid) {
		buf_puts(out, ",\"pid\":null,\"comm\":null}");
		return;
	}
	buf_printf(out, ",\"pid\":%u,\"comm\":", ports->pid);
	json_string(out, ports->comm, strnlen(ports->comm, sizeof(ports->comm)));
	buf_putc(out, '}');
}

static void put_rule(const struct view *view, const struct stall_report *report, struct buf *out)
{
	stall_json_rule(view, &report->stall->rule, out);
}

static void put_before_start(const struct view *view, const struct stall_report *report,
			     struct buf *out)
{
	buf_puts(out, report->stall->before_start ? "true" : "false");
}

static const struct {
	const char *name;
	void (*put)(const struct view *view, const struct stall_report *report, struct buf *out);
} keys[] = {
	{"update", put_update},
	{"end", put_end},
	{"verdict", put_verdict},
	{"cause", put_cause},
	{"failure", put_failure},
	{"confidence", put_confidence},
	{"meaning", put_meaning},
	{"evidence", put_evidence},
	{"advice", put_advice},
	{"syn_sent", put_syn_sent},
	{"syn_held", put_syn_held},
	{"age_us", put_age},
	{"next_retry_ms", put_next_retry},
	{"gives_up_ms", put_gives_up},
	{"connect_ret", put_connect_ret},
	{"sk_err", put_sk_err},
	{"icmp", put_icmp},
	{"drop", put_drop},
	{"peer", put_peer},
	{"ports", put_ports},
	{"before_start", put_before_start},
	{"command", put_command},
	{"netns_name", put_netns_name},
	{"rule", put_rule},
};

/* ---------------------------------------------------------------- the keys of trace */

static uint8_t new_state(const struct stall *stall)
{
	if (stall->end == STALL_GOES_ON)
		return TCP_STATE_SYN_SENT;
	return stall->end == STALL_ESTABLISHED ? TCP_STATE_ESTABLISHED : TCP_STATE_CLOSE;
}

static struct event as_event(const struct stall_report *report)
{
	const struct stall *stall = report->stall;
	bool early = stall->end == STALL_REFUSED_EARLY;
	bool returned = stall->connect_ret != STALL_RET_UNKNOWN;

	return (struct event){
		.kind = EVENT_STATE,
		.old_state = early ? TCP_STATE_CLOSE : TCP_STATE_SYN_SENT,
		.new_state = new_state(stall),
		.err = early && returned ? -stall->connect_ret : stall->sk_err,
		.ktime_ns = report->ktime_ns,
		.after_ns = report->verdict->age_ns,
		.fd = -1,
		.flow = stall->flow,
	};
}

static void put_trace_keys(struct view *view, const struct stall_report *report, struct buf *out)
{
	struct event event = as_event(report);
	struct field_value value;

	for (size_t i = 0; i <= FIELD_LOST; i++) {
		field_get(&fields[i], &event, &value);
		if (i == FIELD_KIND)
			value = (struct field_value){
				.type = VALUE_WORD, .word = "stall", .unknown = ""};
		if (i == FIELD_RET && report->stall->connect_ret != STALL_RET_UNKNOWN)
			value = (struct field_value){
				.type = VALUE_SIGNED,
				.number = (uint64_t)(int64_t)report->stall->connect_ret};
		buf_put(out, fields[i].key, fields[i].key_size);
		view_json_value(view, &value, out);
	}
}

void view_stall_json(struct view *view, const struct stall_report *report, struct buf *out)
{
	size_t begin = out->len;

	put_trace_keys(view, report, out);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		buf_puts(out, ",\"");
		buf_puts(out, keys[i].name);
		buf_puts(out, "\":");
		keys[i].put(view, report, out);
	}
	buf_puts(out, "}\n");
	if (out->failed)
		out->len = begin; /* whole lines only */
	else
		out->data[begin] = '{'; /* in place of the first comma */
}
