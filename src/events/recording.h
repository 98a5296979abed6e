/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A recording: a header and then wire records as they left the ring buffer. Bug reports, golden
 * tests and benchmarks replay it without a kernel. Format in docs/wire-format.md. Pure: bytes in
 * memory in, records out.
 */
#ifndef EVENTS_RECORDING_H
#define EVENTS_RECORDING_H

#include <stddef.h>
#include <stdint.h>

#include "base/boot_id.h"

#define RECORDING_MAGIC "NETSTATE"
#define RECORDING_VERSION 1
#define RECORDING_PROGRAM_SIZE 32
#define RECORDING_HEADER_MIN 40	   /* up to 0.9.0 the program's version was not in it */
#define RECORD_SIZE_MAX (1u << 20) /* far beyond any that there is */

struct recording_header {
	char magic[8];		       /* RECORDING_MAGIC, no NUL */
	uint32_t version;	       /* RECORDING_VERSION; host byte order, as all of it */
	uint32_t size;		       /* of this header */
	int64_t wall_offset_ns;	       /* CLOCK_REALTIME minus CLOCK_MONOTONIC when it was made */
	uint8_t boot_id[BOOT_ID_SIZE]; /* of the kernel that gave the numbers; zero: not known */
	char program
		[RECORDING_PROGRAM_SIZE]; /* version of the netstate that wrote it, NUL behind */
};

/* All but the boot_id. A longer version is cut. */
void recording_header_init(int64_t wall_offset_ns, const char *program,
			   struct recording_header *ret_header);

/* Bounds of one reading; records lie behind each other, each as long as its wire_head says. */
struct recording {
	const uint8_t *at;
	const uint8_t *end;
	int64_t wall_offset_ns;
	uint8_t boot_id[BOOT_ID_SIZE];
	char program[RECORDING_PROGRAM_SIZE]; /* "": not known */
};

/* 0, or -EINVAL (not a recording), -EPROTONOSUPPORT (a newer version). */
int recording_open(const void *bytes, size_t size, struct recording *ret_recording);

/* 1 with the next record, 0 at the end, -ENODATA where the rest is not a whole one, -EINVAL where
 * it is none. */
int recording_next(struct recording *recording, const void **ret_record, size_t *ret_size);

#endif
