/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The live table: events applied as they come, the kernel's lists read at the start, after each
 * loss, and on a timer for what no event ends. No output but say().
 */
#ifndef TABLE_ENGINE_H
#define TABLE_ENGINE_H

#include <stdbool.h>

#include "table/source.h"
#include "netstate/event.h"
#include "kernel/tracer.h"

#define ENGINE_BATCH 64		 /* events that are applied together */
#define ENGINE_TOUCHED 256	 /* processes that are looked at one by one; of more, all */
#define ENGINE_TURN DRAIN_TURN	 /* records between two checks of signals, keys and timers */
#define ENGINE_TICK_NS 250000000 /* how often engine_tick() is to be called */

struct engine_settings {
	uint32_t ring_size, max_rows;
	enum table_use use;
	bool say_gaps;	/* a line on stderr for each loss, and for each pass that answers one */
	bool open_rows; /* queues and numbers of open connections stay fresh, where they are few */
};

struct engine {
	struct engine_settings settings;
	struct tracer *tracer; /* NULL: passes alone keep the table up to date */
	struct conn_table *table;
	struct table_source source;
	struct event batch[ENGINE_BATCH];
	size_t batched;
	uint64_t undecoded;
	uint64_t lost, gaps;		/* records, and places where some were lost */
	uint64_t skipped;		/* events that the hooks did not see, at most */
	uint64_t passes, reconciled;	/* over the lists; rows that they put right */
	uint64_t pass_ns, pass_cost_ns; /* the last pass: when it ended, how long it took */
	uint64_t seed_ns;		/* what the first pass took */
	uint64_t holders_ns;		/* when the descriptors were read last */
	uint32_t again[ENGINE_TOUCHED]; /* processes to be looked at once more, ascending */
	size_t again_count;
	uint64_t touched_read_ns,
		touched_cost_ns;      /* the last scan of some processes, and what it took */
	unsigned int looks_at_all;    /* that are due after a change which names no process */
	uint64_t all_ns, all_cost_ns; /* the last of them */
	uint64_t assumed;	      /* conn_counters.assumed that a pass has answered */
	bool heal;		      /* lost since the last whole pass */
	bool failed;		      /* that the lists cannot be read was said */
};

/* An empty table. 0, or the exit status after an error was said. */
int engine_init(struct engine *engine, const struct engine_settings *settings, const char *command);
/* Attaches. 0, or the exit status after an error was said. */
int engine_open(struct engine *engine, const char *command);
/* Fills the table; without privileges where engine->source.reader has them. 0 or -errno. */
int engine_fill(struct engine *engine);
/* Once, behind it: events of older sockets have owners from now on; the table knows them by then. */
void engine_scan(struct engine *engine);
void engine_release(struct engine *engine);

/* Readable when events wait; -1 where there are none. */
int engine_fd(const struct engine *engine);

/*
 * Applies what waits; the number of records, negative at an error. The first ENGINE_TURN of them only:
 * more may wait then. engine_drain() takes at most DRAIN_TURNS_MAX times as many.
 */
int engine_drain_some(struct engine *engine);
int engine_drain(struct engine *engine);

/* The passes that are due. */
void engine_tick(struct engine *engine);

/* A pass now. 0 or -errno. */
int engine_pass(struct engine *engine, enum table_pass what);

void engine_say_summary(struct engine *engine);

#endif
