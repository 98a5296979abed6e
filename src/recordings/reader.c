/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A recording file (or pipe) -> records, one by one. */
#include "recordings/reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/safe_open.h"

#define READ_SIZE RECORD_SIZE_MAX

/* Appends what the file has next. Bytes read, 0 at the end of the file, -errno. */
static ssize_t read_on(struct recording_reader *reader)
{
	char *room = buf_room(&reader->bytes, READ_SIZE);
	ssize_t size;

	if (!room)
		return -ENOMEM;
	do {
		size = read(reader->fd, room, READ_SIZE);
	} while (size < 0 && errno == EINTR);
	if (size > 0)
		buf_commit(&reader->bytes, room + size);
	return size < 0 ? -errno : size;
}

int recording_reader_open(struct recording_reader *ret_reader, const char *path)
{
	ssize_t size;

	*ret_reader = (struct recording_reader){.fd = safe_open_input(path)};
	if (ret_reader->fd < 0)
		return ret_reader->fd;
	do { /* a pipe may give less than the header at a time */
		size = read_on(ret_reader);
	} while (size > 0 && ret_reader->bytes.len < sizeof(struct recording_header));
	return size < 0 ? (int)size
			: recording_open(ret_reader->bytes.data, ret_reader->bytes.len,
					 &ret_reader->recording);
}

void recording_reader_release(struct recording_reader *reader)
{
	if (reader->fd >= 0)
		close(reader->fd);
	buf_release(&reader->bytes);
}

uint64_t recording_reader_position(const struct recording_reader *reader)
{
	return reader->begin + (uint64_t)((const char *)reader->recording.at - reader->bytes.data);
}

/* Drops the records that were handed out and reads on behind the rest. 1 where that brought more. */
static int refill(struct recording_reader *reader)
{
	struct recording *recording = &reader->recording;
	size_t rest = (size_t)(recording->end - recording->at);
	ssize_t size;

	reader->begin = recording_reader_position(reader);
	memmove(reader->bytes.data, recording->at, rest);
	reader->bytes.len = rest;
	size = read_on(reader);
	recording->at = (const uint8_t *)reader->bytes.data;
	recording->end = recording->at + reader->bytes.len;
	return size < 0 ? (int)size : size > 0;
}

int recording_reader_next(struct recording_reader *reader, const void **ret_record,
			  size_t *ret_size)
{
	for (;;) {
		int found = recording_next(&reader->recording, ret_record, ret_size), more;

		if (found == -EINVAL)
			return -EBADMSG;
		if (found > 0)
			return found;
		more = refill(reader); /* at the end of the bytes, or within a record */
		if (more <= 0)
			return more ? more : found;
	}
}
