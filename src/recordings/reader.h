/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A recording file (or pipe) -> records, one by one, in bounded memory. */
#ifndef RECORDINGS_READER_H
#define RECORDINGS_READER_H

#include "base/buf.h"
#include "events/recording.h"

struct recording_reader {
	int fd;
	struct buf bytes;
	uint64_t begin; /* where in the file they are */
	struct recording recording;
};

/* Opens it and reads its header. 0; -EINVAL: not a recording; -EPROTONOSUPPORT: of a newer version;
 * or -errno of base/safe_open.h. To be released in any case. */
int recording_reader_open(struct recording_reader *ret_reader, const char *path);
void recording_reader_release(struct recording_reader *reader);

/* 1 with the next record, valid until the next call; 0 at the end; -ENODATA: the file ends within a
 * record; -EBADMSG: no record begins here; or -errno of read(2). */
int recording_reader_next(struct recording_reader *reader, const void **ret_record,
			  size_t *ret_size);

/* Where in the file the next record begins. */
uint64_t recording_reader_position(const struct recording_reader *reader);

#endif
