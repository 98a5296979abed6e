/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes -> the messages of a netlink dump, numbered 0, as a reader of the netlink room gets them. */
#ifndef FUZZ_FUZZ_MESSAGES_H
#define FUZZ_FUZZ_MESSAGES_H

#include "fuzz/fuzz.h"
#include "netlink/stream.h"

static inline void fuzz_messages(const uint8_t *data, size_t size, netlink_message_fn take,
				 void *context)
{
	struct netlink_stream stream = {.dump = true};
	void *bytes = malloc(size ? size : 1); /* ends where ASan sees one byte too far */

	if (!bytes)
		return;
	memcpy(bytes, data, size);
	netlink_stream_read(&stream, bytes, size, take, context);
	free(bytes);
}

#endif
