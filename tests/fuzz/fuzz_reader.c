/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as a recording, by the reader that streams it from a pipe: the same records as of the whole in memory. */
#include <sys/mman.h>
#include <stdio.h>
#include <unistd.h>

#include "events/decode.h"
#include "fuzz/fuzz.h"
#include "recordings/reader.h"

static void compare(struct recording_reader *reader, struct recording *whole)
{
	const void *record, *other;
	size_t size, other_size;
	int more;

	while ((more = recording_reader_next(reader, &record, &size)) > 0) {
		struct event event;

		FUZZ_CHECK(recording_next(whole, &other, &other_size) > 0);
		FUZZ_CHECK(size == other_size && !memcmp(record, other, size));
		(void)event_decode(record, size, &event);
	}
	FUZZ_CHECK(recording_next(whole, &other, &other_size) <= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recording_reader reader;
	struct recording whole;
	int fd = memfd_create("fuzz", MFD_CLOEXEC), err;
	char path[32];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = recording_reader_open(&reader, path);
	FUZZ_CHECK(!err == !recording_open(data, size, &whole) || !size);
	if (!err)
		compare(&reader, &whole);
	recording_reader_release(&reader);
	close(fd);
	return 0;
}
