/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate explain --record, --replay: evidence in a file. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/safe_open.h"
#include "base/say.h"
#include "commands/explain.h"
#include "commands/output_end.h"
#include "evidence/recording.h"

#define READ_SIZE (1u << 20)
/* What STORE_SOCKETS_MAX sockets with their holders take; a longer file is none of ours. */
#define FILE_SIZE_MAX (2ull << 30)

int explain_record(struct explain *explain)
{
	struct output record = {.fd = safe_open_output(explain->record_path, explain->force)};
	int status;

	if (record.fd < 0)
		return say("explain: cannot write %s: %s", explain->record_path,
			   safe_open_reason(record.fd));
	evidence_encode(&explain->evidence, &record.buf);
	if (record.buf.failed) {
		status = say("explain: cannot write %s: out of memory", explain->record_path);
	} else {
		output_flush(&record);
		status = output_end_of(&record, explain->record_path);
	}
	output_release(&record);
	close(record.fd);
	return status;
}

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

static const char *reason_of(int err)
{
	if (err == -EINVAL)
		return "it is no recording of explain";
	if (err == -EPROTO)
		return "it was recorded by another version of netstate or on another kind of machine";
	if (err == -EIO)
		return "it is cut off or damaged";
	return strerror(-err);
}

int explain_replay(struct explain *explain)
{
	_cleanup_(buf_release) struct buf bytes = {0};
	_cleanup_(cleanup_close) int fd = safe_open_input(explain->replay_path);
	int err;

	if (fd < 0)
		return say("explain: cannot read %s: %s", explain->replay_path,
			   safe_open_reason(fd));
	err = read_all(fd, &bytes);
	if (!err)
		err = evidence_decode(bytes.data, bytes.len, &explain->store);
	if (err)
		return say("explain: cannot read %s: %s", explain->replay_path, reason_of(err));
	evidence_store_join(&explain->store);
	evidence_store_lend(&explain->store, &explain->evidence);
	return STATUS_OK;
}
