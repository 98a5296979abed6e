/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of this folder share: the skeleton and the ring's reader. */
#ifndef KERNEL_INTERNAL_H
#define KERNEL_INTERNAL_H

#include "netstate/wire.h"
#include "tracer.skel.h"
#include "kernel/tracer.h"

struct bpf_link;
struct ring_reader; /* opaque: ring buffer -> records, with gaps where some are missing */

#define LINKS_MAX 32

struct tracer {
	struct tracer_bpf *bpf;
	struct ring_reader *reader;
	struct bpf_link *links[LINKS_MAX];
	unsigned int link_count;
	uint64_t swept_ns;     /* CLOCK_MONOTONIC of the last sweep */
	tracer_chore_fn chore; /* NULL: tracer_do() */
	void *chore_context;
	bool unswept;	    /* records came since */
	bool follows;	    /* tracer_touched() */
	bool supervised;    /* ioctl calls are looked at */
	bool compat_caught; /* TRACER_COMPAT_CALLS was done */
};

/* Loads, attaches nothing. 0, or -errno with report->error. */
int tracer_load(const struct tracer_settings *settings, struct tracer_report *report,
		struct tracer_bpf **ret_bpf);

/* Sets report->error and returns err; adds a warning. */
int tracer_fail(struct tracer_report *report, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void tracer_warn(struct tracer_report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* tracer_touched(), of programs that follow. */
int touched_drain(struct tracer_bpf *bpf, uint32_t *ret_pids, size_t room);

int ring_reader_new(struct tracer_bpf *bpf, struct ring_reader **ret_reader);
void ring_reader_free(struct ring_reader *reader);
int ring_reader_fd(const struct ring_reader *reader);
int ring_reader_drain(struct ring_reader *reader, tracer_record_fn handle, void *context);

#endif
