/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file of /proc -> its lines, read in large pieces. */
#include "procfs/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "procfs/read_ahead.h"

int lines_open(struct lines *lines, const char *folder, const char *name)
{
	char path[PATH_MAX];

	*lines = (struct lines){.fd = -1};
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
		return -ENAMETOOLONG;
	lines->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (lines->fd < 0)
		return -errno;
	lines->data = malloc(LINES_SIZE + 1);
	if (!lines->data) {
		lines_close(lines);
		return -ENOMEM;
	}
	return 0;
}

void lines_close(struct lines *lines)
{
	read_ahead_stop(lines->ahead);
	if (lines->fd >= 0)
		close(lines->fd);
	free(lines->data);
	*lines = (struct lines){.fd = -1};
}

void lines_read_ahead(struct lines *lines)
{
	if (!lines->ahead && read_ahead_start(lines->fd, &lines->ahead))
		lines->ahead = NULL;
}

static ssize_t read_some(struct lines *lines, char *to, size_t room)
{
	ssize_t size;

	if (lines->ahead)
		return read_ahead_read(lines->ahead, to, room);
	do {
		size = read(lines->fd, to, room);
	} while (size < 0 && errno == EINTR);
	return size < 0 ? -errno : size;
}

/* Moves what is left to the front and reads more behind it. 1: there is more, 0: the file ended, or
 * -errno. */
static int fill(struct lines *lines)
{
	ssize_t size;

	if (lines->begin > 0) {
		memmove(lines->data, lines->data + lines->begin, lines->end - lines->begin);
		lines->end -= lines->begin;
		lines->begin = 0;
	}
	if (lines->end == LINES_SIZE)
		return 1;
	size = read_some(lines, lines->data + lines->end, LINES_SIZE - lines->end);
	if (size < 0)
		return (int)size;
	lines->at_end = !size;
	lines->end += (size_t)size;
	return size > 0;
}

int lines_next(struct lines *lines, char **ret_line, size_t *ret_size)
{
	size_t seen = 0, size;
	char *newline = NULL;

	for (;;) {
		char *from = lines->data + lines->begin + seen;
		int more;

		size = lines->end - lines->begin;
		newline = memchr(from, '\n', size - seen);
		if (newline || lines->at_end || size == LINES_SIZE)
			break;
		seen = size;
		more = fill(lines);
		if (more < 0)
			return more;
	}
	if (newline)
		size = (size_t)(newline - (lines->data + lines->begin));
	if (!newline && !size)
		return 0;
	*ret_line = lines->data + lines->begin;
	*ret_size = size;
	lines->begin += size;
	if (newline)
		lines->begin++;
	else
		lines->data[lines->begin] = '\0';
	return 1;
}
