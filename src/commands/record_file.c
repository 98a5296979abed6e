/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --record FILE -> a recording that begins here and now. */
#include "commands/record_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <version.h>

#include "base/say.h"
#include "base/boot_id.h"
#include "base/clock.h"
#include "commands/output_end.h"
#include "events/recording.h"

int record_file_open(const char *path, struct output *record)
{
	struct recording_header header;

	record->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (record->fd < 0)
		return say("cannot write %s: %s", path, strerror(errno));
	recording_header_init(clock_wall_offset(), NETSTATE_VERSION, &header);
	boot_id_read(header.boot_id);
	buf_put(&record->buf, &header, sizeof(header));
	output_flush(record);
	return output_end_of(record, path);
}
