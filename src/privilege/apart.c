/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Work in a child process that gave its privileges up. */
#include "privilege/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "privilege/drop.h"

static bool write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t put = write(fd, bytes, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		bytes += put;
		size -= (size_t)put;
	}
	return true;
}

static bool read_all(int fd, char *bytes, size_t size)
{
	while (size) {
		ssize_t got = read(fd, bytes, size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		bytes += got;
		size -= (size_t)got;
	}
	return true;
}

static void run_child(int fd, int (*work)(void *context, void *result), void *context, size_t size)
{
	void *result = calloc(1, size);
	int err = result ? 0 : -ENOMEM;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	privilege_drop(false);
	if (!err)
		err = work(context, result);
	if (write_all(fd, (const char *)&err, sizeof(err)) && !err)
		write_all(fd, result, size);
	_exit(0);
}

int privilege_apart(int (*work)(void *context, void *result), void *context, void *ret_result,
		    size_t size)
{
	int pair[2], err = -EPIPE;
	pid_t child;

	if (pipe2(pair, O_CLOEXEC))
		return -errno;
	child = fork();
	if (!child)
		run_child(pair[1], work, context, size);
	close(pair[1]);
	if (child > 0 && read_all(pair[0], (char *)&err, sizeof(err)) && !err &&
	    !read_all(pair[0], ret_result, size))
		err = -EPIPE;
	close(pair[0]);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return err;
}
