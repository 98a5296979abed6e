/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A report about a connect -> a block of text. Pure. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/duration.h"
#include "base/safe.h"
#include "netstate/errno_name.h"
#include "view/field.h"
#include "view/put.h"
#include "view/stall.h"
#include "view/stall_names.h"
#include "view/wrap.h"

#define LABEL_COLUMNS 12
#define NS_PER_MS 1000000u

#define BOLD "\033[1m"
#define RED "\033[1;31m"
#define PLAIN "\033[0m"

static void put_end(struct buf *out, const struct endpoint *end)
{
	bool v4 = endpoint_is_v4(end);
	char *to = buf_room(out, PUT_ENDPOINT_MAX);

	if (!to)
		return;
	if (!v4)
		*to++ = '[';
	to = put_address(to, end);
	if (!v4)
		*to++ = ']';
	buf_commit(out, to);
	if (end->port)
		buf_printf(out, ":%u", end->port);
}

static void put_time(struct view *view, uint64_t ktime_ns, struct buf *out)
{
	const struct field_value value = {.type = VALUE_TIME, .number = ktime_ns};

	view_text_value(view, &value, out);
}

static void put_who(const struct flow *flow, struct buf *out)
{
	char comm[FLOW_COMM_SIZE];

	if (!flow->pid) {
		buf_printf(out, "an unknown process (uid %u)", flow->uid);
		return;
	}
	memcpy(comm, flow->comm, sizeof(comm));
	comm[sizeof(comm) - 1] = '\0';
	safe_name(comm, strlen(comm));
	buf_printf(out, "%s (pid %u)", comm[0] ? comm : "?", flow->pid);
}

static void put_duration(struct buf *out, uint64_t ns)
{
	char text[DURATION_TEXT_SIZE];

	buf_puts(out, duration_text(text, ns));
}

/* What is due at this moment comes "now". */
static void put_until(struct buf *out, const char *what, uint64_t ns)
{
	buf_puts(out, what);
	if (ns < NS_PER_MS) {
		buf_puts(out, " now");
		return;
	}
	buf_puts(out, " in ");
	put_duration(out, ns);
}

static void put_progress(const struct stall_report *report, struct buf *out)
{
	static const char *const words[] = {
		[STALL_GOES_ON] = "hangs for ",
		[STALL_ESTABLISHED] = "established after ",
		[STALL_FAILED] = "failed after ",
		[STALL_CLOSED] = "closed after ",
		[STALL_REFUSED_EARLY] = "failed at once, after ",
		[STALL_UNSEEN] = "over after ",
	};
	const struct verdict *verdict = report->verdict;

	buf_puts(out,
		 report->stall->end < ARRAY_SIZE(words) ? words[report->stall->end] : "after ");
	put_duration(out, verdict->age_ns);
	buf_printf(out, ", %u SYN%s sent", verdict->syn_sent, verdict->syn_sent == 1 ? "" : "s");
	if (verdict->syn_held)
		buf_printf(out, ", %u held", verdict->syn_held);
	if (verdict->next_retry_ns != STALL_NS_UNKNOWN) {
		buf_puts(out, "; ");
		put_until(out, "next retry", verdict->next_retry_ns);
	}
	if (verdict->gives_up_ns != STALL_NS_UNKNOWN) {
		buf_puts(out, ", ");
		put_until(out, "gives up", verdict->gives_up_ns);
	}
}

static void put_error(struct buf *out, int number)
{
	const char *name = number > 0 ? errno_name((unsigned int)number) : NULL;

	if (name)
		buf_puts(out, name);
	else
		buf_printf(out, "errno-%d", number);
}

static void put_results(const struct stall *stall, struct buf *out)
{
	buf_puts(out, "connect() ");
	if (stall->connect_ret == STALL_RET_UNKNOWN) {
		buf_puts(out, stall->end == STALL_GOES_ON && !stall->before_start
				      ? "has not returned"
				      : "return not seen");
	} else if (stall->connect_ret >= 0) {
		buf_puts(out, "succeeded");
	} else {
		buf_puts(out, "returned ");
		put_error(out, -stall->connect_ret);
	}
	buf_puts(out, "; socket error ");
	if (stall->sk_err)
		put_error(out, stall->sk_err);
	else
		buf_puts(out, "none");
}

static void put_verdict(const struct view *view, const struct verdict *verdict, struct buf *out)
{
	if (view->color)
		buf_puts(out, verdict->failure ? RED : BOLD);
	buf_puts(out, verdict->word);
	if (view->color)
		buf_puts(out, PLAIN);
	if (verdict->confidence)
		buf_printf(out, " (confidence %s)", stall_confidence_name(verdict->confidence));
	buf_puts(out, ": ");
	buf_puts(out, verdict->meaning);
	if (verdict->cause && strcmp(verdict->cause, verdict->word))
		buf_printf(out, " What held it: %s.", verdict->cause);
}

/* A line of evidence, in which there may be names of processes, devices, routes and kernel symbols. */
static void put_line(const struct view *view, struct buf *out, const char *label, const char *line)
{
	size_t begin;

	buf_printf(out, "\n  %-9s ", label);
	begin = out->len;
	stall_put_line(view, line, out);
	if (!out->failed)
		safe_name(out->data + begin, out->len - begin);
}

static void put_netns(const struct view *view, uint32_t netns, struct buf *out)
{
	const char *name = stall_netns_name(view, netns);
	size_t begin = out->len;

	buf_printf(out, "  netns %u", netns);
	if (name)
		buf_printf(out, " (%s)", name);
	if (!out->failed)
		safe_name(out->data + begin, out->len - begin);
}

static void put_advice(const struct view *view, const struct stall_report *report, struct buf *out)
{
	size_t begin;

	buf_printf(out, "\n  advice    %s\n", report->verdict->advice);
	begin = out->len;
	buf_puts(out, "  run       ");
	if (stall_put_command(view, report->stall, report->verdict, out))
		buf_putc(out, '\n');
	else
		out->len = begin;
	buf_putc(out, '\n');
}

static void put_head(struct view *view, const struct stall_report *report, struct buf *out)
{
	const struct flow *flow = &report->stall->flow;

	put_time(view, report->ktime_ns, out);
	buf_puts(out, "  ");
	put_who(flow, out);
	buf_puts(out, "  ");
	put_end(out, &flow->local);
	buf_puts(out, " -> ");
	put_end(out, &flow->remote);
}

/* "still hanging 5.1 s, 6 SYNs, next in 2.0 s" */
static void put_brief(const struct verdict *verdict, struct buf *out)
{
	buf_puts(out, "  still hanging ");
	put_duration(out, verdict->age_ns);
	buf_printf(out, ", %u SYN%s", verdict->syn_sent, verdict->syn_sent == 1 ? "" : "s");
	if (verdict->syn_held)
		buf_printf(out, ", %u held", verdict->syn_held);
	if (verdict->next_retry_ns != STALL_NS_UNKNOWN)
		put_until(out, ", next", verdict->next_retry_ns);
	buf_putc(out, '\n');
}

static void put_block(struct view *view, const struct stall_report *report, struct buf *out)
{
	const struct verdict *verdict = report->verdict;

	put_netns(view, report->stall->flow.netns, out);
	buf_puts(out, "\n  ");
	put_progress(report, out);
	buf_puts(out, "\n  verdict   ");
	put_verdict(view, verdict, out);
	buf_puts(out, "\n  results   ");
	put_results(report->stall, out);
	for (unsigned int i = 0; i < verdict->line_count; i++)
		put_line(view, out, i ? "" : "evidence", verdict->lines[i]);
	put_advice(view, report, out);
}

void view_stall_text(struct view *view, const struct stall_report *report, struct buf *out)
{
	size_t begin = out->len;

	put_head(view, report, out);
	if (report->nothing_new)
		put_brief(report->verdict, out);
	else
		put_block(view, report, out);
	view_wrap(out, begin, view->width, LABEL_COLUMNS);
}
