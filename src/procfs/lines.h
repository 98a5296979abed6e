/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file of /proc -> its lines, read in large pieces. */
#ifndef PROCFS_LINES_H
#define PROCFS_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct read_ahead;

struct lines {
	int fd;
	struct read_ahead *ahead; /* NULL: reads by itself */
	char *data;
	size_t begin;
	size_t end;
	bool at_end;
};

/* seq files hand out about 4 KiB a read; a line longer than this is cut in two */
#define LINES_SIZE (64 * 1024)

/* `folder`/`name`. 0, or -errno of open(2). Give back with lines_close(). */
int lines_open(struct lines *lines, const char *folder, const char *name);
void lines_close(struct lines *lines);

/* Lets a second thread do the reading, where one can be had; pays from about 2,000 lines on. */
void lines_read_ahead(struct lines *lines);

/*
 * 1 and the next line, without its '\n' counted in *ret_size but with '\n' or '\0' behind it; 0 at
 * the end; -errno where reading failed. The text may be changed by the caller and lives until the
 * next call.
 */
int lines_next(struct lines *lines, char **ret_line, size_t *ret_size);

#endif
