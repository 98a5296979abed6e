/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A socket in SYN_SENT -> evidence -> verdict -> lines. In the child that looks. */
#include "commands/live_stall.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "diagnosis/diagnose.h"
#include "evidence/connect.h"
#include "view/stall.h"

static bool open_sources(struct live_stall *stall)
{
	struct evidence_sources *sources = &stall->sources;

	if (stall->opened || stall->refused)
		return stall->opened;
	sources->polled = calloc(1, sizeof(*sources->polled));
	stall->opened = sources->polled && !evidence_sources_init(sources);
	stall->refused = !stall->opened;
	return stall->opened;
}

/* Where it began before the first reading, the timer of its SYNs shows when. */
static void collect(struct evidence_sources *sources, const struct wire_stall_sock *sock,
		    struct stall *ret_stall)
{
	struct stall_record record = {.sock = *sock};

	stall_collect_flow(&ret_stall->flow, sock);
	ret_stall->start_ns = sock->head.ktime_ns;
	ret_stall->connect_ret = STALL_RET_UNKNOWN;
	ret_stall->descriptor = -1;
	stall_collect(ret_stall, &record, &sources->kernel);
	ret_stall->polled = true;
	if (ret_stall->timer.known && ret_stall->timer.first_ns < ret_stall->start_ns)
		ret_stall->start_ns = ret_stall->timer.first_ns;
	ret_stall->before_start = ret_stall->start_ns < sources->kernel.begin_ns;
	connect_collect(sources, sock, ret_stall);
}

void live_stall_read(struct live_stall *stall, uint64_t cookie)
{
	struct evidence_sources *sources = &stall->sources;
	struct wire_stall_sock sock;

	stall->found = cookie && open_sources(stall) && !polled_read(sources) &&
		       !polled_find(sources->polled, cookie, &sock);
	if (!stall->found)
		return;
	stall->stall = (struct stall){};
	collect(sources, &sock, &stall->stall);
	stall->read_ns = clock_monotonic_ns();
	clock_utc_offset(0); /* reads the time zone's file while that can be opened */
}

/* The kernel's list of sockets has no process; that of descriptors had. */
static void put_process(struct flow *to, const struct flow *from)
{
	if (to->pid || !flow_is_held(from))
		return;
	to->pid = from->pid;
	to->uid = from->uid;
	to->owner = from->owner;
	memcpy(to->comm, from->comm, sizeof(to->comm));
}

void live_stall_text(struct live_stall *stall, const struct flow *flow, unsigned int width,
		     struct buf *out)
{
	struct verdict verdict;
	struct view view = {
		.time = VIEW_TIME_LOCAL,
		.terminal_safe = true,
		.width = width,
		.wall_offset_ns = clock_wall_offset(),
		.utc_offset = clock_utc_offset,
	};
	struct stall_report report = {
		.stall = &stall->stall, .verdict = &verdict, .ktime_ns = stall->read_ns};

	if (!stall->found)
		return;
	if (flow)
		put_process(&stall->stall.flow, flow);
	stall_diagnose(&stall->stall, stall_hooks_senses(NULL), stall->read_ns, &verdict);
	view_stall_text(&view, &report, out);
}
