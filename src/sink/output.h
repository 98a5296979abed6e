/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes -> descriptor: whole writes, errors kept for whoever ends the program. */
#ifndef SINK_OUTPUT_H
#define SINK_OUTPUT_H

#include <stdbool.h>

#include "base/buf.h"

#define OUTPUT_FLUSH_SIZE (256u << 10) /* worth a write of its own, even amid a batch */

struct output {
	int fd;
	int error; /* errno of the first write that failed; 0. EPIPE: the reader has gone, which is
		      no failure */
	struct buf buf;
};

/* Writes what is in the buffer. 0, or -errno now and ever after. */
int output_flush(struct output *output);

/* The same once enough has come together. */
static inline int output_flush_if_full(struct output *output)
{
	return output->buf.len >= OUTPUT_FLUSH_SIZE ? output_flush(output) : 0;
}

#endif
