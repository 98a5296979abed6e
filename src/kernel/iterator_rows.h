/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One BPF iterator read to its end, row by row. */
#ifndef KERNEL_ITERATOR_ROWS_H
#define KERNEL_ITERATOR_ROWS_H

#include <stddef.h>

struct bpf_link;
struct scan_bound;

/* Zero-initialise. */
struct iterator_reader {
	char *buffer;			/* made with the first use */
	void (*between)(void *context); /* called before each read; NULL: nothing to do */
	void *between_context;
	const struct scan_bound *bound; /* for how long; NULL: to the end */
};

void iterator_reader_release(struct iterator_reader *reader);

struct row_handler {
	size_t size;
	void (*handle)(void *context, const void *row);
	void (*taken)(void *context); /* those of one read are through; NULL: never mind */
	void *context;
};

/* 0, or -errno; -ETIME: beyond its bound. */
int iterator_read_rows(struct iterator_reader *reader, struct bpf_link *link,
		       const struct row_handler *handler);

#endif
