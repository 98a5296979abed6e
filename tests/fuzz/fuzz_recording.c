/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as a recording: records lie within it, behind each other, and the walk ends. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "events/decode.h"
#include "events/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size ? size : 1); /* ends where ASan sees one byte too far */
	const uint8_t *end = bytes + size, *next = bytes;
	struct recording recording;
	const void *record;
	size_t length;

	memcpy(bytes, data, size);
	if (!recording_open(bytes, size, &recording)) {
		while (recording_next(&recording, &record, &length) > 0) {
			const uint8_t *at = record;
			struct event event;

			if (at < next || length > (size_t)(end - at) || !length)
				abort();
			next = at + length;
			(void)event_decode(record, length, &event);
		}
	}
	free(bytes);
	return 0;
}
