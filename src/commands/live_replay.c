/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A recording -> the table that its events amount to. */
#include "commands/live_replay.h"

#include <inttypes.h>

#include "base/say.h"
#include "commands/replay.h"
#include "events/decode.h"

#define BATCH 64 /* events that are applied together */

struct live_replay {
	struct conn_table *table;
	struct event batch[BATCH];
	size_t batched;
	uint64_t last_ns, undecoded, lost;
};

static void apply_batch(struct live_replay *replay)
{
	conn_table_apply_all(replay->table, replay->batch, replay->batched);
	replay->batched = 0;
}

static int on_record(void *context, const void *record, size_t size)
{
	struct live_replay *replay = context;
	struct event *event = &replay->batch[replay->batched];

	if (event_decode(record, size, event)) {
		replay->undecoded++;
		return 0;
	}
	replay->lost += event->lost;
	if (event->ktime_ns > replay->last_ns)
		replay->last_ns = event->ktime_ns;
	if (++replay->batched == BATCH)
		apply_batch(replay);
	return 0;
}

static int print_table(const struct live_replay *made, struct row_print *print,
		       struct selection *selection)
{
	const struct table_source none = {};
	const struct conn_counters *counters = conn_table_counters(made->table);

	print->now_ns = made->last_ns ? made->last_ns : 1;
	say("%" PRIu64 " events: %" PRIu64 " late, %" PRIu64 " twice, %" PRIu64
	    " after a gap; %" PRIu64 " lost, %" PRIu64 " not decoded",
	    counters->events, counters->late, counters->duplicate, counters->jumped, made->lost,
	    made->undecoded);
	return row_print_all(print, selection, made->table, &none);
}

int live_replay(const char *path, uint32_t max_rows, struct row_print *print,
		struct selection *selection)
{
	struct live_replay made = {};
	int status, printed;

	if (conn_table_new(max_rows, &made.table))
		return say("live: out of memory");
	status = replay(path, &print->view.wall_offset_ns, &selection->foreign, on_record, &made);
	selection_warn_foreign(selection, path);
	apply_batch(&made);
	if (!status || made.last_ns) { /* cut off or damaged: what is before */
		conn_table_expire(made.table, made.last_ns, 0);
		printed = print_table(&made, print, selection);
		status = status ? status : printed;
	}
	conn_table_free(made.table);
	return status;
}
