/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --replay FILE -> its records, or why not. */
#include "commands/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/boot_id.h"
#include "base/cleanup.h"
#include "base/debug.h"
#include "base/safe_open.h"
#include "base/say.h"
#include "recordings/reader.h"

static int refuse(const char *path, int err)
{
	if (err == -EPROTONOSUPPORT)
		return say("%s was recorded by a newer netstate; replay it with that one", path);
	if (err == -EINVAL)
		return say("%s is not a recording of netstate trace --record or stalls --record",
			   path);
	return say("cannot read %s: %s", path, safe_open_reason(err));
}

static int end_early(const char *path, int err, uint64_t position)
{
	if (err == -ENODATA)
		return say("%s is truncated: its last record, at byte %" PRIu64
			   ", is incomplete; the records before it were shown",
			   path, position);
	if (err == -EBADMSG)
		return say("%s is damaged: no record begins at byte %" PRIu64
			   "; the records before it were shown",
			   path, position);
	return say("cannot read %s: %s", path, strerror(-err));
}

int replay(const char *path, int64_t *ret_wall_offset_ns, bool *ret_foreign,
	   int (*handle)(void *context, const void *record, size_t size), void *context)
{
	_cleanup_(recording_reader_release) struct recording_reader reader;
	int err = recording_reader_open(&reader, path);
	const void *record;
	size_t size;

	if (err)
		return refuse(path, err);
	debug_say("%s was recorded by netstate %s", path,
		  reader.recording.program[0] ? reader.recording.program : "0.9.0 or earlier");
	*ret_wall_offset_ns = reader.recording.wall_offset_ns;
	*ret_foreign = !boot_id_is_this(reader.recording.boot_id);
	while ((err = recording_reader_next(&reader, &record, &size)) > 0) {
		if (handle(context, record, size))
			return STATUS_OK;
	}
	return err ? end_early(path, err, recording_reader_position(&reader)) : STATUS_OK;
}
