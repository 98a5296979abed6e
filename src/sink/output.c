/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes -> descriptor. */
#include "sink/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/caller.h"
#include "base/ending.h"
#include "base/safe.h"

enum kind {
	KIND_PLAIN, /* a file, or nobody asks to stop: write() may wait */
	KIND_OWN, /* output->own_fd is O_NONBLOCK. Not so the descriptor itself, which others share
		   */
	KIND_SOCKET, /* can be asked not to wait, call by call */
	KIND_PIECES, /* once it is writable, a pipe takes PIPE_BUF bytes at once */
};

static int open_again(int fd)
{
	struct caller_rights rights;
	char path[32];

	if (caller_rights_begin(&rights))
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	caller_rights_end(&rights);
	return fd;
}

void output_stop_by(struct output *output, int stop_fd)
{
	struct stat status;

	output->stop_fd = stop_fd;
	output->kind = KIND_PLAIN;
	if (fstat(output->fd, &status))
		return;
	if (S_ISSOCK(status.st_mode)) {
		output->kind = KIND_SOCKET;
	} else if (S_ISFIFO(status.st_mode) || isatty(output->fd)) {
		int own_fd = open_again(output->fd);

		output->own_fd = own_fd > 0 ? own_fd : 0;
		output->kind = output->own_fd ? KIND_OWN : KIND_PIECES;
	}
}

/*
 * Until the reader takes something, or the program is to stop and the reader has had its time. A
 * terminal or pipe may have been made non-blocking by somebody else, so that this is not only for
 * who can be stopped.
 */
static void wait_writable(struct output *output)
{
	struct pollfd fds[] = {{.fd = output->fd, .events = POLLOUT},
			       {.fd = output->stop_fd ? output->stop_fd : -1, .events = POLLIN}};

	if (poll(fds, 2, -1) < 0 || fds[0].revents)
		return;
	ending_noted();
	if (!poll(fds, 1, OUTPUT_PATIENCE_MS))
		output->error = ETIMEDOUT;
}

static ssize_t write_some(struct output *output, const char *at, size_t size)
{
	switch (output->kind) {
	case KIND_OWN:
		return write(output->own_fd, at, size);
	case KIND_SOCKET:
		return send(output->fd, at, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	case KIND_PIECES:
		wait_writable(output);
		if (output->error)
			return 0;
		return write(output->fd, at, size < PIPE_BUF ? size : PIPE_BUF);
	default:
		return write(output->fd, at, size);
	}
}

static uint64_t count_lines(const char *at, const char *end)
{
	uint64_t lines = 0;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
		lines++;
		at++;
	}
	return lines;
}

static void make_safe(struct output *output)
{
	if (!output->to_terminal)
		output->to_terminal = isatty(output->fd) ? 1 : -1;
	if (output->to_terminal > 0 && !output->buf.failed)
		safe_terminal(output->buf.data, output->buf.len);
}

int output_flush(struct output *output)
{
	const char *at = output->buf.data;
	const char *end = at + output->buf.len;

	if (output->prepare && !output->buf.failed)
		output->prepare(output->prepare_context, output->buf.data, output->buf.len);
	make_safe(output);
	while (!output->error && at < end) {
		ssize_t size = write_some(output, at, (size_t)(end - at));

		if (size >= 0)
			at += size;
		else if (errno == EAGAIN)
			wait_writable(output);
		else if (errno != EINTR)
			output->error = errno;
	}
	if (output->error == ETIMEDOUT)
		output->undelivered += count_lines(at, end);
	if (!output->error && output->buf.failed)
		output->error = ENOMEM;
	buf_clear(&output->buf);
	return -output->error;
}

void output_release(struct output *output)
{
	if (output->own_fd)
		close(output->own_fd);
	output->own_fd = 0;
	output->kind = KIND_PLAIN;
	buf_release(&output->buf);
}
