/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes -> descriptor: whole writes, errors kept for whoever ends the program. */
#ifndef SINK_OUTPUT_H
#define SINK_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define OUTPUT_FLUSH_SIZE (256u << 10) /* worth a write of its own, even amid a batch */
#define OUTPUT_PATIENCE_MS 3000

struct output {
	int fd;
	int error; /* errno of the first write that failed; 0. EPIPE: the reader has gone, which is
		      no failure. ETIMEDOUT: see output_stop_by() */
	struct buf buf;
	uint64_t undelivered; /* lines that came too late for a reader that takes nothing; the one
				 that was cut counts */
	int stop_fd;	      /* 0: none */
	int own_fd;	      /* of the same pipe or terminal, but never waits; 0: none */
	int kind;	      /* how to write without waiting; output.c */
	int to_terminal;      /* 0: not asked yet; 1: yes; -1: no */
	/* Called with all that is about to be written, which it may change. NULL: nothing to do. */
	void (*prepare)(void *context, char *bytes, size_t size);
	void *prepare_context;
};

/*
 * A reader may keep the program waiting as long as it likes, but no longer once the program is
 * asked to stop: when `stop_fd` has become readable, a reader that takes nothing in
 * OUTPUT_PATIENCE_MS is given up.
 */
void output_stop_by(struct output *output, int stop_fd);

/*
 * Writes what is in the buffer. 0, or -errno now and ever after. On a terminal the text goes
 * through safe_terminal(), whatever the views made of it.
 */
int output_flush(struct output *output);

/* The same once enough has come together. */
static inline int output_flush_if_full(struct output *output)
{
	return output->buf.len >= OUTPUT_FLUSH_SIZE ? output_flush(output) : 0;
}

/* Gives back the memory; the descriptor is the caller's. */
void output_release(struct output *output);

#endif
