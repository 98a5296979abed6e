/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate explain: evidence -> findings -> text or JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "commands/explain.h"
#include "commands/left_out.h"
#include "commands/output_end.h"
#include "netstate/tcp_state.h"
#include "sink/terminal_width.h"
#include "table/who.h"
#include "view/clock.h"
#include "view/finding.h"

#define WIDTH_DEFAULT 100

/* ---------------------------------------------------------------- names */

static void name_process(struct explain *explain, const struct view *names,
			 struct evidence_process *process)
{
	struct cgroup_unit unit;
	const char *name;

	cgroup_unit_of(process->unit,
		       lookups_path_by_root(explain->selection.lookups, process->unit), &unit);
	name = unit.container[0]
		       ? names->container_name(names->context, unit.container, unit.pod_uid)
		       : NULL;
	if (name)
		cgroup_unit_set_name(&unit, name);
	snprintf(process->unit, sizeof(process->unit), "%.*s",
		 (int)(unit.size < sizeof(process->unit) ? unit.size : sizeof(process->unit) - 1),
		 unit.text);
}

void explain_name_all(struct explain *explain)
{
	struct evidence_store *store = &explain->store;
	struct view names = {};

	selection_name_for(&explain->selection, &names);
	for (size_t i = 0; i < store->process_count; i++)
		name_process(explain, &names, &store->processes[i]);
	for (size_t i = 0; i < store->space_count; i++) {
		struct evidence_space *space = &store->spaces[i];
		const char *name;

		if (space->name[0] || space->netns == store->own_netns)
			continue;
		name = names.netns_name(names.context, space->netns);
		if (name)
			snprintf(space->name, sizeof(space->name), "%s", name);
	}
}

/* ---------------------------------------------------------------- which connections */

static bool has_end(const struct explain *explain, const struct flow *flow)
{
	if (explain->whole)
		return who_has_end(flow, &explain->end);
	return flow->local.port == explain->end.port || flow->remote.port == explain->end.port;
}

static bool is_wanted(void *context, const struct flow *flow, const struct socket_detail *socket)
{
	struct explain *explain = context;
	struct filter_subject subject = {
		.flow = flow,
		.state = socket ? socket->state : 0,
		.age_ns = !socket || socket->state_ms == EVIDENCE_UNKNOWN32
				  ? UINT64_MAX
				  : (uint64_t)socket->state_ms * 1000000,
	};

	if ((explain->pid || explain->cookie) && !(flow->pid && flow->pid == explain->pid) &&
	    !(flow->cookie && flow->cookie == explain->cookie))
		return false;
	if (explain->end.port && !has_end(explain, flow))
		return false;
	return selection_match(&explain->selection, &subject);
}

bool explain_choice(struct explain *explain, struct findings_choice *ret_choice)
{
	*ret_choice = (struct findings_choice){is_wanted, explain};
	return explain->chosen || selection_narrows(&explain->selection);
}

/* ---------------------------------------------------------------- printing */

static uint32_t text_width(void)
{
	uint32_t width = terminal_width(STDOUT_FILENO);

	return width < FINDING_WIDTH_MIN ? WIDTH_DEFAULT : width;
}

static void put_time(const struct evidence *evidence, char text[CLOCK_TEXT_MAX])
{
	struct view view = {.wall_offset_ns = evidence->wall_offset_ns};

	*clock_rfc3339(&view, evidence->now_ns, text) = '\0';
}

/* Connects that are under way, which stalls judges. */
static size_t count_connecting(struct explain *explain)
{
	const struct evidence *evidence = &explain->evidence;
	size_t count = 0;

	for (size_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		count += socket->state == TCP_STATE_SYN_SENT &&
			 is_wanted(explain, &socket->flow, socket);
	}
	return count;
}

/* What was looked at, where nothing was found. */
static void put_nothing(struct explain *explain, unsigned int notes)
{
	const struct evidence *evidence = &explain->evidence;
	struct buf *out = &explain->output.buf;
	size_t connecting = count_connecting(explain);

	buf_puts(out, notes ? "nothing worse than notes: " : "nothing found: ");
	buf_printf(out, "looked at %zu sockets in %zu network namespaces", evidence->socket_count,
		   evidence->space_count);
	if (evidence->watch_ns)
		buf_printf(out, " for %.1f s", (double)evidence->watch_ns / 1e9);
	buf_puts(out, ": states, timers, queues, windows, both ends, descriptors, ports, counters");
	if (connecting)
		buf_printf(out, "; %zu connect%s under way: `netstate stalls` shows whether %s",
			   connecting, connecting == 1 ? "" : "s",
			   connecting == 1 ? "it hangs" : "they hang");
	buf_putc(out, '\n');
}

static int judge(struct explain *explain, struct findings *findings)
{
	struct findings_choice choice;
	bool some = explain_choice(explain, &choice);

	return explain->chosen
		       ? findings_explain(&explain->evidence, &choice, findings)
		       : findings_judge(&explain->evidence, some ? &choice : NULL, findings);
}

static void put_all(struct explain *explain, const struct findings *findings, unsigned int *ret_bad,
		    unsigned int *ret_hidden)
{
	char time[CLOCK_TEXT_MAX];
	const struct finding_view view = {
		.sockets = explain->evidence.sockets,
		.socket_count = explain->evidence.socket_count,
		.own_netns = explain->evidence.own_netns,
		.width = text_width(),
		.color = isatty(STDOUT_FILENO),
		.time = time,
	};

	put_time(&explain->evidence, time);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];

		*ret_bad += finding->severity > FINDING_NOTE;
		if (finding->severity < explain->severity) {
			*ret_hidden += finding->severity > FINDING_NOTE;
			continue;
		}
		if (explain->json)
			finding_json(&view, finding, &explain->output.buf);
		else
			finding_text(&view, finding, &explain->output.buf);
	}
}

int explain_print(struct explain *explain)
{
	struct findings findings;
	unsigned int bad = 0, hidden = 0;
	int status;

	if (judge(explain, &findings))
		return say("explain: out of memory");
	put_all(explain, &findings, &bad, &hidden);
	if (explain->chosen && !findings.count)
		say("explain: no socket matches %s",
		    explain->operand ? explain->operand : "the filter");
	if (hidden)
		say("explain: %u finding%s below %s %s not shown", hidden, hidden == 1 ? "" : "s",
		    explain->severity_text, hidden == 1 ? "is" : "are");
	if (!explain->chosen && !explain->json && !bad)
		put_nothing(explain, (unsigned int)findings.count);
	if (explain->evidence.untracked)
		say("explain: connection tracking was not asked about %u more connections that get no "
		    "answer: only about %u at a time",
		    explain->evidence.untracked, TRACKED_MAX);
	if (findings.left_out)
		say("explain: %zu findings more are not shown", findings.left_out);
	left_out_say("explain", &explain->store.spaces_left_out, "finding",
		     explain->json ? &explain->output : NULL);
	findings_release(&findings);
	output_flush(&explain->output);
	status = output_end(&explain->output);
	return status ? status : bad ? STATUS_FINDINGS : STATUS_OK;
}
