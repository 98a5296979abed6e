/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BPF ring buffer -> records. */
#include "kernel/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#define RECORD_ALIGN 8

int ring_open(int map_fd, size_t size, struct ring *ret_ring)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *consumer, *rest;
	int err;

	consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (consumer == MAP_FAILED)
		return -errno;
	rest = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, map_fd, (off_t)page);
	if (rest == MAP_FAILED) {
		err = -errno;
		munmap(consumer, page);
		return err;
	}
	*ret_ring = (struct ring){
		.consumer = consumer,
		.producer = rest,
		.data = (const unsigned char *)rest + page,
		.size = size,
		.page = page,
	};
	return 0;
}

void ring_close(struct ring *ring)
{
	if (!ring->consumer)
		return;
	munmap(ring->consumer, ring->page);
	munmap((void *)(uintptr_t)ring->producer, ring->page + 2 * ring->size);
	*ring = (struct ring){0};
}

static size_t record_span(uint32_t header)
{
	size_t size = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

	return (size + BPF_RINGBUF_HDR_SZ + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN;
}

static size_t report_step(const struct ring *ring)
{
	return ring->size / 8 < RING_TELL_BYTES ? ring->size / 8 : RING_TELL_BYTES;
}

int ring_consume(struct ring *ring, int (*handle)(void *context, const void *record, size_t size),
		 void *context)
{
	uint64_t at = *ring->consumer, told = at, end;
	int err = 0;

	while (!err && at < (end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE))) {
		while (!err && at < end) {
			const unsigned char *head = ring->data + (at & (ring->size - 1));
			uint32_t header = __atomic_load_n((const uint32_t *)head, __ATOMIC_ACQUIRE);

			if (header & BPF_RINGBUF_BUSY_BIT) /* being written; what is behind waits */
				goto out;
			at += record_span(header);
			if (!(header & BPF_RINGBUF_DISCARD_BIT))
				err = handle(context, head + BPF_RINGBUF_HDR_SZ, header);
			if (at - told >= report_step(ring)) {
				__atomic_store_n(ring->consumer, at, __ATOMIC_RELEASE);
				told = at;
			}
		}
	}
out:
	__atomic_store_n(ring->consumer, at, __ATOMIC_RELEASE);
	return err;
}
