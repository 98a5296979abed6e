/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The consumer's side of a BPF ring buffer (kernel/bpf/ringbuf.c). libbpf's own tells the kernel of
 * each record that it has taken; every producer reads that word twice a record, so each record then
 * costs both CPUs a cache line that travels. This one tells it every RING_TELL_BYTES.
 */
#ifndef KERNEL_RING_H
#define KERNEL_RING_H

#include <stddef.h>
#include <stdint.h>

#define RING_TELL_BYTES 65536 /* of a ring that is large enough; else an eighth of it */

struct ring {
	uint64_t *consumer; /* bytes taken, of all that were ever in the ring: written here */
	const uint64_t *producer;
	const unsigned char *data; /* mapped twice in a row: a record never wraps */
	size_t size;		   /* bytes, a power of two */
	size_t page;
};

/* The map behind the descriptor must live as long as the ring. */
int ring_open(int map_fd, size_t size, struct ring *ret_ring);
void ring_close(struct ring *ring);

/*
 * Hands out what waits, until nothing does; a record is valid during its call only. 0, or what
 * `handle` ended it with (not 0): that record counts as taken.
 */
int ring_consume(struct ring *ring, int (*handle)(void *context, const void *record, size_t size),
		 void *context);

#endif
