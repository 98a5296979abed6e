/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Opening what another user may have put, or may swap, behind a path. open() itself can wait for
 * ever (a FIFO, a FUSE file), start a device, or take a terminal as the controlling one. So a path
 * is opened as O_PATH, which asks no driver; what it is gets judged by that descriptor; and only
 * then is it opened through /proc/self/fd, where nobody can swap it, without waiting. Inputs and outputs
 * are opened with the rights of the caller alone (base/caller.h).
 */
#ifndef BASE_SAFE_OPEN_H
#define BASE_SAFE_OPEN_H

#include <stdbool.h>
#include <stddef.h>

/* O_PATH, of `path` below the folder `dir` (AT_FDCWD); symbolic links are followed. -errno. */
int safe_open_path(int dir, const char *path);

/*
 * What the kernel calls the file behind a descriptor: "/tmp/x", "net:[4026531840]", "socket:[7]",
 * "pipe:[8]". No file system takes part, not even FUSE, where fstat() would ask its daemon. 0 or
 * -errno.
 */
int safe_open_name(int fd, char *text, size_t size);

/* The file behind an O_PATH descriptor, with O_NONBLOCK | O_NOCTTY | O_CLOEXEC. -errno. */
int safe_open_again(int path_fd, int flags);

/* A file to read: a regular one (of which a read that would wait gives EAGAIN), a pipe whose writer is there, or a
 * device that never waits (/dev/null, /dev/zero, /dev/full). -errno, or -ENOTSUP where it is nothing of these. */
int safe_open_input(const char *path);

/*
 * A file to write, empty, of mode 0600: a new one, or one of the caller's own. Not through a
 * symbolic link (-ELOOP), and not into a file of somebody else or with a second name, but for
 * `force` (-EEXIST). /dev/stdout, /dev/stderr and /dev/fd/N are descriptors of the caller's.
 */
int safe_open_output(const char *path, bool force);

/* Why such an open failed, and what to do, behind "cannot write FILE: ". */
const char *safe_open_reason(int err);

#endif
