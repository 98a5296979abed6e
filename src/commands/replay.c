/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Recording file -> records. */
#include "commands/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/say.h"
#include "events/recording.h"

#define READ_SIZE (1u << 20)

static int read_whole(const char *path, struct buf *bytes)
{
	_cleanup_(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (fd < 0)
		return -errno;
	do {
		char *room = buf_room(bytes, READ_SIZE);

		if (!room)
			return -ENOMEM;
		size = read(fd, room, READ_SIZE);
		if (size > 0)
			buf_commit(bytes, room + size);
	} while (size > 0);
	return size < 0 ? -errno : 0;
}

static int walk(struct recording *recording, int (*take)(void *context, const void *record, size_t size),
		void *context)
{
	const void *record;
	size_t size;
	int more;

	while ((more = recording_next(recording, &record, &size)) > 0) {
		if (take(context, record, size))
			return 0;
	}
	return more;
}

int replay(const char *path, int64_t *ret_wall_offset_ns,
	   int (*take)(void *context, const void *record, size_t size), void *context)
{
	_cleanup_(buf_release) struct buf bytes = { 0 };
	struct recording recording;
	int err = read_whole(path, &bytes);

	if (err)
		return say("cannot read %s: %s", path, strerror(-err));
	err = recording_open(bytes.data, bytes.len, &recording);
	if (err == -EPROTONOSUPPORT)
		return say("%s was recorded by a newer netstate; replay it with that one", path);
	if (err)
		return say("%s is not a recording of netstate trace --record", path);
	*ret_wall_offset_ns = recording.wall_offset_ns;
	if (walk(&recording, take, context) < 0)
		return say("%s is cut off: its last record is not whole; what is before it was shown", path);
	return STATUS_OK;
}
