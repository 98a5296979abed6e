/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes -> descriptor. */
#include "sink/output.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* A terminal or pipe may have been made non-blocking by somebody else. */
static void wait_writable(int fd)
{
	struct pollfd one = {.fd = fd, .events = POLLOUT};

	poll(&one, 1, -1);
}

int output_flush(struct output *output)
{
	const char *at = output->buf.data;
	const char *end = at + output->buf.len;

	while (!output->error && at < end) {
		ssize_t size = write(output->fd, at, (size_t)(end - at));

		if (size >= 0)
			at += size;
		else if (errno == EAGAIN)
			wait_writable(output->fd);
		else if (errno != EINTR)
			output->error = errno;
	}
	if (!output->error && output->buf.failed)
		output->error = ENOMEM;
	buf_clear(&output->buf);
	return -output->error;
}
