/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * /proc/PID/cmdline is that process's own memory: while the lock of its memory is held, as by a thread that waits for a file
 * system, who reads the file waits, too, and no signal but SIGKILL ends that. So a child process reads it.
 */
#ifndef PROCFS_COMMAND_LINE_H
#define PROCFS_COMMAND_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define COMMAND_LINE_MAX 4092 /* bytes that are read */

/* The child, from the first question on. Zeroed to begin with; used by one thread. */
struct command_reader {
	pid_t child; /* 0: none */
	int ask, answer;
	uint32_t waited_ms; /* in vain, for all processes */
	bool direct;	    /* no child: one is not allowed */
};

/* Ends the child. */
void command_reader_end(struct command_reader *reader);

/*
 * How many bytes were read, at most `room` and COMMAND_LINE_MAX, or -errno; -ETIMEDOUT: that process's memory cannot be read
 * now, or too many were like that. `proc` is the open folder /proc.
 */
ssize_t command_line_read(struct command_reader *reader, int proc, uint32_t pid, char *text,
			  size_t room);

#endif
