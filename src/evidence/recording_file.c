/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A recording of evidence, from its descriptor. */
#include "evidence/recording_file.h"

#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "evidence/recording.h"

#define READ_SIZE (1u << 20)

/* Reads on until there are `size` bytes, or the file ends. */
static int read_until(int fd, uint64_t size, struct buf *bytes)
{
	while (bytes->len < size) {
		size_t wanted = size - bytes->len < READ_SIZE ? size - bytes->len : READ_SIZE;
		char *room = buf_room(bytes, wanted);
		ssize_t got = room ? read(fd, room, wanted) : 0;

		if (!room)
			return -ENOMEM;
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : 0;
		buf_commit(bytes, room + got);
	}
	return 0;
}

int evidence_recording_read(int fd, struct evidence_store *store)
{
	_cleanup_(buf_release) struct buf bytes = {0};
	uint64_t size = EVIDENCE_RECORDING_HEADER;
	int err = read_until(fd, size, &bytes);

	if (!err)
		err = evidence_recording_size(bytes.data, bytes.len, &size);
	if (!err)
		err = read_until(fd, size, &bytes);
	return err ? err : evidence_decode(bytes.data, bytes.len, store);
}
