/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Recording file -> records. */
#include "commands/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/say.h"
#include "events/recording.h"

#define READ_SIZE (1u << 20) /* and the longest record that is read */

/* Reads on behind what is there. Bytes read, 0 at the end of the file, -errno. */
static ssize_t read_on(int fd, struct buf *bytes)
{
	char *room = buf_room(bytes, READ_SIZE);
	ssize_t size;

	if (!room)
		return -ENOMEM;
	do {
		size = read(fd, room, READ_SIZE);
	} while (size < 0 && errno == EINTR);
	if (size > 0)
		buf_commit(bytes, room + size);
	return size < 0 ? -errno : size;
}

/* The whole header: a pipe may give less at a time. */
static int read_header(int fd, struct buf *bytes, struct recording *recording)
{
	ssize_t size;

	do {
		size = read_on(fd, bytes);
	} while (size > 0 && bytes->len < sizeof(struct recording_header));
	return size < 0 ? (int)size : recording_open(bytes->data, bytes->len, recording);
}

/* Drops what was handed out, reads on behind the rest, and looks there. 1 where that brought more.
 */
static int go_on(int fd, struct buf *bytes, struct recording *recording)
{
	size_t rest = (size_t)(recording->end - recording->at);
	ssize_t size;

	if (rest >= READ_SIZE)
		return 0;
	memmove(bytes->data, recording->at, rest);
	bytes->len = rest;
	size = read_on(fd, bytes);
	recording->at = (const uint8_t *)bytes->data;
	recording->end = recording->at + bytes->len;
	return size < 0 ? (int)size : size > 0;
}

static int walk(struct recording *recording,
		int (*take)(void *context, const void *record, size_t size), void *context)
{
	const void *record;
	size_t size;
	int more;

	while ((more = recording_next(recording, &record, &size)) > 0) {
		if (take(context, record, size))
			return 1;
	}
	return more;
}

int replay(const char *path, int64_t *ret_wall_offset_ns,
	   int (*take)(void *context, const void *record, size_t size), void *context)
{
	_cleanup_(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_(buf_release) struct buf bytes = {0};
	struct recording recording;
	int walked, more = 0, err;

	err = fd < 0 ? -errno : read_header(fd, &bytes, &recording);
	if (err == -EPROTONOSUPPORT)
		return say("%s was recorded by a newer netstate; replay it with that one", path);
	if (err == -EINVAL)
		return say("%s is not a recording of netstate trace --record", path);
	if (err)
		return say("cannot read %s: %s", path, strerror(-err));
	*ret_wall_offset_ns = recording.wall_offset_ns;
	do {
		walked = walk(&recording, take, context);
	} while (walked <= 0 && (more = go_on(fd, &bytes, &recording)) > 0);
	if (more < 0)
		return say("cannot read %s: %s", path, strerror(-more));
	if (walked < 0)
		return say(
			"%s is cut off: its last record is not whole; what is before it was shown",
			path);
	return STATUS_OK;
}
