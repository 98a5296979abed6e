/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --record FILE -> a recording that begins here and now. */
#include "commands/record_file.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <version.h>

#include "base/say.h"
#include "base/boot_id.h"
#include "base/clock.h"
#include "base/safe_open.h"
#include "commands/output_end.h"
#include "events/hide.h"
#include "events/recording.h"

static void prepare(void *context, char *bytes, size_t size)
{
	hide_records(context, bytes, size);
}

int record_file_missing(const char *command)
{
	return say_usage(command, "--redact needs --record: what is printed is not redacted");
}

int record_file_open(const char *path, bool force, bool redact, struct output *record)
{
	static struct hide hide; /* one recording a run */
	struct recording_header header;

	record->fd = safe_open_output(path, force);
	if (record->fd < 0)
		return say("cannot write %s: %s", path, safe_open_reason(record->fd));
	recording_header_init(clock_wall_offset(), NETSTATE_VERSION, &header);
	boot_id_read(header.boot_id);
	buf_put(&record->buf, &header, sizeof(header));
	output_flush(record);
	hide.redact = redact;
	if (getrandom(hide.key, sizeof(hide.key), 0) != sizeof(hide.key))
		return say("cannot get a random key for %s: %s", path, strerror(errno));
	record->prepare = prepare;
	record->prepare_context = &hide;
	return output_end_of(record, path);
}
