/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A recording of evidence, from its descriptor. */
#include "evidence/recording_file.h"

#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "evidence/recording.h"

#define READ_SIZE (1u << 20)
/* What STORE_SOCKETS_MAX sockets with their holders take; a longer file is none of ours. */
#define FILE_SIZE_MAX (2ull << 30)

static int read_all(int fd, struct buf *bytes)
{
	ssize_t size;

	for (;;) {
		char *room = bytes->len < FILE_SIZE_MAX ? buf_room(bytes, READ_SIZE) : NULL;

		if (!room)
			return bytes->failed ? -ENOMEM : -EFBIG;
		size = read(fd, room, READ_SIZE);
		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0)
			return size ? -errno : 0;
		buf_commit(bytes, room + size);
	}
}

int evidence_recording_read(int fd, struct evidence_store *store)
{
	_cleanup_(buf_release) struct buf bytes = {0};
	int err = read_all(fd, &bytes);

	return err ? err : evidence_decode(bytes.data, bytes.len, store);
}
