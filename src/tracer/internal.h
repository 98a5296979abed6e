/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of this folder share: the skeleton and the ring's reader. */
#ifndef TRACER_INTERNAL_H
#define TRACER_INTERNAL_H

#include "netstate/wire.h"
#include "tracer.skel.h"
#include "tracer/tracer.h"

struct ring_reader; /* opaque: ring buffer -> records, with gaps where some are missing */

int ring_reader_new(struct tracer_bpf *bpf, struct ring_reader **ret_reader);
void ring_reader_free(struct ring_reader *reader);
int ring_reader_fd(const struct ring_reader *reader);
int ring_reader_drain(struct ring_reader *reader, tracer_take take, void *context);

#endif
