/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Recording file -> records. */
#include "commands/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/debug.h"
#include "base/safe_open.h"
#include "base/say.h"
#include "base/boot_id.h"
#include "events/recording.h"

#define READ_SIZE RECORD_SIZE_MAX

/* A file that is being read. */
struct source {
	int fd;
	struct buf bytes;
	uint64_t begin; /* where in the file they lie */
	struct recording recording;
};

static void source_release(struct source *source)
{
	if (source->fd >= 0)
		close(source->fd);
	buf_release(&source->bytes);
}

/* Reads on behind what is there. Bytes read, 0 at the end of the file, -errno. */
static ssize_t read_on(struct source *source)
{
	char *room = buf_room(&source->bytes, READ_SIZE);
	ssize_t size;

	if (!room)
		return -ENOMEM;
	do {
		size = read(source->fd, room, READ_SIZE);
	} while (size < 0 && errno == EINTR);
	if (size > 0)
		buf_commit(&source->bytes, room + size);
	return size < 0 ? -errno : size;
}

/* The whole header: a pipe may give less at a time. */
static int read_header(struct source *source)
{
	ssize_t size;

	do {
		size = read_on(source);
	} while (size > 0 && source->bytes.len < sizeof(struct recording_header));
	return size < 0 ? (int)size
			: recording_open(source->bytes.data, source->bytes.len, &source->recording);
}

/* Where in the file the next record begins. */
static uint64_t position(const struct source *source)
{
	return source->begin + (uint64_t)((const char *)source->recording.at - source->bytes.data);
}

/* Drops what was handed out, reads on behind the rest, and looks there. 1 where that brought more.
 */
static int go_on(struct source *source)
{
	struct recording *recording = &source->recording;
	size_t rest = (size_t)(recording->end - recording->at);
	ssize_t size;

	source->begin = position(source);
	memmove(source->bytes.data, recording->at, rest);
	source->bytes.len = rest;
	size = read_on(source);
	recording->at = (const uint8_t *)source->bytes.data;
	recording->end = recording->at + source->bytes.len;
	return size < 0 ? (int)size : size > 0;
}

/* 1: `take` wants no more; otherwise as recording_next(). */
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

int replay(const char *path, int64_t *ret_wall_offset_ns, bool *ret_foreign,
	   int (*take)(void *context, const void *record, size_t size), void *context)
{
	_cleanup_(source_release) struct source source = {.fd = safe_open_input(path)};
	int walked, more = 0, err;

	err = source.fd < 0 ? source.fd : read_header(&source);
	if (err == -EPROTONOSUPPORT)
		return say("%s was recorded by a newer netstate; replay it with that one", path);
	if (err == -EINVAL)
		return say("%s is not a recording of netstate trace --record", path);
	if (err)
		return say("cannot read %s: %s", path, safe_open_reason(err));
	debug_say("%s was recorded by netstate %s", path,
		  source.recording.program[0] ? source.recording.program : "0.9.0 or earlier");
	*ret_wall_offset_ns = source.recording.wall_offset_ns;
	*ret_foreign = !boot_id_is_this(source.recording.boot_id);
	do {
		walked = walk(&source.recording, take, context);
	} while ((!walked || walked == -ENODATA) && (more = go_on(&source)) > 0);
	if (more < 0)
		return say("cannot read %s: %s", path, strerror(-more));
	if (walked == -ENODATA)
		return say("%s is cut off: its last record, at byte %" PRIu64
			   ", is not whole; what is before it was shown",
			   path, position(&source));
	if (walked < 0)
		return say("%s is damaged: at byte %" PRIu64
			   " no record begins; what is before it was shown",
			   path, position(&source));
	return STATUS_OK;
}
