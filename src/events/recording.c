/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Recorded bytes -> wire records. Pure. */
#include "events/recording.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "netstate/wire.h"

#define RECORD_ALIGNMENT 8 /* of headers and records: see wire.h */

_Static_assert(sizeof(struct recording_header) == 72, "part of the file format");
_Static_assert(offsetof(struct recording_header, program) == RECORDING_HEADER_MIN,
	       "what older headers lack lies behind what they have");

void recording_header_init(int64_t wall_offset_ns, const char *program,
			   struct recording_header *ret_header)
{
	*ret_header = (struct recording_header){
		.version = RECORDING_VERSION,
		.size = sizeof(*ret_header),
		.wall_offset_ns = wall_offset_ns,
	};
	memcpy(ret_header->magic, RECORDING_MAGIC, sizeof(ret_header->magic));
	memcpy(ret_header->program, program,
	       strnlen(program, sizeof(ret_header->program) - 1)); /* zero behind it */
}

int recording_open(const void *bytes, size_t size, struct recording *ret_recording)
{
	struct recording_header header = {};

	if (size < RECORDING_HEADER_MIN)
		return -EINVAL;
	memcpy(&header, bytes, size < sizeof(header) ? size : sizeof(header));
	if (memcmp(header.magic, RECORDING_MAGIC, sizeof(header.magic)) || !header.version)
		return -EINVAL;
	if (header.version > RECORDING_VERSION)
		return -EPROTONOSUPPORT;
	if (header.size < RECORDING_HEADER_MIN || header.size > size ||
	    header.size % RECORD_ALIGNMENT)
		return -EINVAL;
	*ret_recording = (struct recording){
		.at = (const uint8_t *)bytes + header.size,
		.end = (const uint8_t *)bytes + size,
		.wall_offset_ns = header.wall_offset_ns,
	};
	memcpy(ret_recording->boot_id, header.boot_id, BOOT_ID_SIZE);
	if (header.size >= sizeof(header))
		memcpy(ret_recording->program, header.program,
		       sizeof(ret_recording->program) - 1); /* foreign bytes: the last is NUL */
	return 0;
}

int recording_next(struct recording *recording, const void **ret_record, size_t *ret_size)
{
	size_t left = (size_t)(recording->end - recording->at);
	struct wire_head head;

	if (!left)
		return 0;
	if (left < sizeof(head))
		return -ENODATA;
	memcpy(&head, recording->at, sizeof(head));
	if (head.size < sizeof(head) || head.size > RECORD_SIZE_MAX || head.size % RECORD_ALIGNMENT)
		return -EINVAL;
	if (head.size > left)
		return -ENODATA;
	*ret_record = recording->at;
	*ret_size = head.size;
	recording->at += head.size;
	return 1;
}
