/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's side: opens, loads and attaches the BPF programs, and hands out wire records as they
 * come. What went wrong is reported as one sentence in struct tracer_report; nothing here prints.
 * Nothing stays in the kernel after tracer_free(), nor after the process was killed.
 */
#ifndef KERNEL_TRACER_H
#define KERNEL_TRACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/drain_turn.h"
#include "netstate/counters.h"
#include "netstate/kernel_filter.h"

#define TRACER_RING_DEFAULT (16u << 20)
#define TRACER_WARNINGS_MAX 8

struct tracer; /* opaque */

struct tracer_settings {
	struct kernel_filter filter;
	uint32_t ring_size;  /* bytes, a power of two, a page or more; 0: TRACER_RING_DEFAULT */
	bool follow_holders; /* tracer_touched() is wanted */
	bool scan_later;     /* by TRACER_SCAN: nobody prints the first events' owners */
};

/* Sentences without "netstate:" and full stop. */
struct tracer_report {
	char error[320];
	char warnings[TRACER_WARNINGS_MAX][200]; /* what is missing, and what that costs */
	unsigned int warning_count;
};

/* 0 with everything attached; -errno with ret_report->error. */
int tracer_new(const struct tracer_settings *settings, struct tracer_report *ret_report,
	       struct tracer **ret_tracer);
void tracer_free(struct tracer *tracer);

/* Gives sockets that are older than the tracer their owners, from every process's descriptors.
 * Once, before reading. */
void tracer_scan(struct tracer *tracer, struct tracer_report *report);

/*
 * Readable when records wait; wakes its readers only where they sleep, or the ring fills up (see
 * loop_add_wakes()). The reader must also look by itself TRACER_POLL_MS after each reading that found
 * some. One that sleeps longer asks tracer_poll_ms() how long it may, after each drain:
 * 0 after a whole turn, -1 for ever, until tracer_fd() is readable.
 */
int tracer_fd(const struct tracer *tracer);
int tracer_poll_ms(const struct tracer *tracer, int taken);
#define TRACER_POLL_MS 10

/*
 * A record: a wire record from the ring, or a struct wire_gap made here where some were lost.
 * Non-zero ends the drain with that value; the record counts as taken.
 */
typedef int (*tracer_record_fn)(void *context, const void *record, size_t size);

/*
 * Hands out what waits, a turn of it: DRAIN_TURN records, where more may wait. The number of records
 * taken, or what `handle` ended it with (negative), or -errno.
 */
int tracer_drain(struct tracer *tracer, tracer_record_fn handle, void *context);
/* Before the end: what the ring holds, though not what comes meanwhile for ever. */
void tracer_drain_rest(struct tracer *tracer, tracer_record_fn handle, void *context);

/* What tracer_drain() finds due, and a process that gave up its privileges cannot do. */
enum tracer_chore {
	TRACER_SWEEP,	     /* memory of closed sockets that no new socket has taken over: freed */
	TRACER_COMPAT_CALLS, /* a 32-bit program runs: its calls are hooked */
	TRACER_SCAN,	     /* owners of older sockets; asked for by who set scan_later */
};

typedef void (*tracer_chore_fn)(void *context, enum tracer_chore chore);

void tracer_do(struct tracer *tracer, enum tracer_chore chore);
/* By `chore`, where it was set. */
void tracer_have_done(struct tracer *tracer, enum tracer_chore chore);
/* tracer_drain() calls `chore` instead. */
void tracer_set_chores(struct tracer *tracer, tracer_chore_fn chore, void *context);

/* Detaches the programs: no new records; those in the ring can still be drained. */
void tracer_stop(struct tracer *tracer);

/* Sums over all CPUs. */
int tracer_counters(const struct tracer *tracer, struct counters *ret_counters);

/*
 * What passed while the same program had just been interrupted or preempted on that processor: the
 * kernel skips it then (kernel/trace/bpf_trace.c). At most so many; other protocols' sockets count.
 */
void tracer_skipped(const struct tracer *tracer, const struct counters *counters,
		    uint64_t *ret_transitions, uint64_t *ret_calls);
/* Both; 0 where they cannot be read, and without a tracer. */
uint64_t tracer_skipped_events(const struct tracer *tracer);

/* Records lost so far, without a system call. */
uint64_t tracer_lost(const struct tracer *tracer);

/*
 * Processes whose descriptors of TCP sockets have changed since the last call where no record reports
 * (fork, exec, exit, SCM_RIGHTS, ...), in ascending order, numbers of the initial pid namespace. Those
 * that close are named when they begin to: look once more a little later. Returns their number, at
 * most `room`; -E2BIG: too many to name; -ENOTSUP: not followed, or this kernel could not look at one process.
 */
int tracer_touched(struct tracer *tracer, uint32_t *ret_pids, size_t room);

/* The process that this socket's owner is, as the kernel side remembers it; 0: not known. */
uint32_t tracer_find_owner(const struct tracer *tracer, uint64_t sock, uint64_t cookie);

#endif
