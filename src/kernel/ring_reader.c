/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ring buffer -> records, with a gap where some are missing: each record says how many were lost
 * before it. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/drain_turn.h"
#include "kernel/internal.h"
#include "kernel/ring.h"

#define SETTLE_NS 500000

struct ring_reader {
	struct ring ring;
	int map_fd;		   /* the map's: readable when it wakes */
	const __u64 *lost_records; /* in the kernel, mapped here */
	__u32 *sleeps;		   /* likewise: 1 asks the next record for a wake-up */
	uint64_t lost;		   /* reported so far */
	tracer_record_fn handle;
	void *context;
	unsigned int taken;
	bool more; /* the turn ended before the ring's end */
};

static int report_gap(struct ring_reader *reader, uint64_t lost, uint64_t ktime_ns)
{
	struct wire_gap gap = {
		.head = {.kind = WIRE_KIND_GAP,
			 .version = WIRE_VERSION,
			 .size = sizeof(gap),
			 .ktime_ns = ktime_ns},
		.lost = lost,
	};

	reader->lost += lost;
	reader->taken++;
	return reader->handle(reader->context, &gap, sizeof(gap));
}

static int on_record(void *context, const void *record, size_t size)
{
	struct ring_reader *reader = context;
	const struct wire_head *head = record;
	const struct wire_sock *sock = (const void *)(head + 1);
	int gap_err = 0, err, turn;

	if (size >= sizeof(*head) + sizeof(*sock)) {
		/* both wrap at 32 bits; a record of another CPU may be a little behind */
		int32_t lost = (int32_t)(sock->lost - (uint32_t)reader->lost);

		if (lost > 0)
			gap_err = report_gap(reader, (uint64_t)lost, head->ktime_ns);
	}
	turn = drain_turn(&reader->taken);
	err = reader->handle(
		reader->context, record,
		size); /* it has left the ring: whoever wants to stop gets it all the same */
	err = gap_err ? gap_err : err;
	reader->more = !err && turn;
	return err ? err : turn;
}

int ring_reader_new(struct tracer_bpf *bpf, struct ring_reader **ret_reader)
{
	struct ring_reader *reader = calloc(1, sizeof(*reader));
	int map_fd = bpf_map__fd(bpf->maps.ring), err;

	if (!reader)
		return -ENOMEM;
	reader->lost_records = &bpf->bss->lost_records;
	reader->sleeps = &bpf->bss->reader_sleeps;
	*reader->sleeps = 1; /* nobody has looked yet */
	reader->map_fd = map_fd;
	err = ring_open(map_fd, bpf_map__max_entries(bpf->maps.ring), &reader->ring);
	if (err) {
		free(reader);
		return err;
	}
	*ret_reader = reader;
	return 0;
}

void ring_reader_free(struct ring_reader *reader)
{
	if (!reader)
		return;
	ring_close(&reader->ring);
	free(reader);
}

int ring_reader_fd(const struct ring_reader *reader)
{
	return reader->map_fd;
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Losses after the last record are reported when the ring is found empty: nothing comes to report
 * them. */
static int report_last_losses(struct ring_reader *reader)
{
	uint64_t lost = __atomic_load_n(reader->lost_records, __ATOMIC_RELAXED);

	if (lost <= reader->lost)
		return 0;
	return report_gap(reader, lost - reader->lost, monotonic_ns());
}

/*
 * Nothing more there: from now on a record is to wake the reader. One that looked at `sleeps` just
 * before it was set comes without a wake-up; a program runs for microseconds, so it is there after
 * the pause.
 */
static int fall_asleep(struct ring_reader *reader)
{
	const struct timespec pause = {.tv_nsec = SETTLE_NS};

	if (__atomic_load_n(reader->sleeps, __ATOMIC_RELAXED))
		return 0;
	__atomic_store_n(reader->sleeps, 1, __ATOMIC_SEQ_CST);
	nanosleep(&pause, NULL);
	return ring_consume(&reader->ring, on_record, reader);
}

int ring_reader_drain(struct ring_reader *reader, tracer_record_fn handle, void *context)
{
	int err;

	reader->handle = handle;
	reader->context = context;
	reader->taken = 0;
	reader->more = false;
	err = ring_consume(&reader->ring, on_record, reader);
	if (!err && !reader->taken)
		err = fall_asleep(reader);
	if (reader->more)
		return (int)reader->taken;
	if (err >= 0)
		err = report_last_losses(reader);
	return err < 0 ? err : (int)reader->taken;
}
