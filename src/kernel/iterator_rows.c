/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BPF iterator -> rows. */
#include "kernel/iterator_rows.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/scan_bound.h"

#define READ_SIZE (256u << 10) /* the kernel gives at most 32 KiB a read */
#define AGAIN_MAX 10000	       /* reads that only passed over a million other objects each */

void iterator_reader_release(struct iterator_reader *reader)
{
	free(reader->buffer);
	*reader = (struct iterator_reader){};
}

/* Hands out the whole rows and moves the rest to the front. Returns the size of the rest. */
static size_t hand_out(char *buffer, size_t size, const struct row_handler *handler)
{
	size_t at = 0;

	for (; size - at >= handler->size; at += handler->size)
		handler->handle(handler->context, buffer + at);
	if (handler->taken)
		handler->taken(handler->context);
	memmove(buffer, buffer + at, size - at);
	return size - at;
}

int iterator_read_rows(struct iterator_reader *reader, struct bpf_link *link,
		       const struct row_handler *handler)
{
	_cleanup_(cleanup_close) int fd = bpf_iter_create(bpf_link__fd(link));
	unsigned int again = 0;
	size_t rest = 0;

	if (fd < 0)
		return -errno;
	if (!reader->buffer)
		reader->buffer = malloc(READ_SIZE);
	if (!reader->buffer)
		return -ENOMEM;
	for (;;) {
		ssize_t size;
		int err;

		if (reader->bound && scan_bound_over(reader->bound))
			return -ETIME;
		if (reader->between)
			reader->between(reader->between_context);
		size = read(fd, reader->buffer + rest, READ_SIZE - rest);
		err = errno;
		if (!size)
			return 0;
		if (size > 0)
			rest = hand_out(reader->buffer, rest + (size_t)size, handler);
		else if (err != EINTR && (err != EAGAIN || ++again > AGAIN_MAX))
			return -err;
	}
}
