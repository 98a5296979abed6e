/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Opening what another user may have put, or may swap, behind a path. */
#include "base/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/caller.h"
#include "base/cleanup.h"
#include "base/number.h"

#define ALWAYS (O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

int safe_open_path(int dir, const char *path)
{
	int fd = openat(dir, path, O_PATH | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static void link_of(int fd, char path[32])
{
	snprintf(path, 32, "/proc/self/fd/%d", fd);
}

int safe_open_name(int fd, char *text, size_t size)
{
	char path[32];
	ssize_t got;

	link_of(fd, path);
	got = readlink(path, text, size - 1);
	if (got < 0)
		return -errno;
	text[got] = '\0';
	return 0;
}

int safe_open_again(int path_fd, int flags)
{
	char path[32];
	int fd;

	link_of(path_fd, path);
	fd = open(path, flags | ALWAYS);
	return fd < 0 ? -errno : fd;
}

/* Reading and writing may wait from now on; a signal ends that. */
static int waiting(int fd)
{
	int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);

	if (flags >= 0)
		fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	return fd;
}

/*
 * Of devices only those that do nothing when they are opened and never wait: /dev/null, /dev/zero and
 * /dev/full. Others (a terminal, a watchdog, a tape) begin something by the open alone.
 */
static bool is_idle_device(const struct stat *info)
{
	unsigned int number = minor(info->st_rdev);

	return S_ISCHR(info->st_mode) && major(info->st_rdev) == 1 &&
	       (number == 3 || number == 5 || number == 7);
}

static bool is_file_or_pipe(const struct stat *info)
{
	return S_ISREG(info->st_mode) || S_ISFIFO(info->st_mode) || is_idle_device(info);
}

/* A regular file stays without waiting: /proc and tracefs have some that wait like a pipe. */
static int open_input(const char *path)
{
	_cleanup_(cleanup_close) int path_fd = safe_open_path(AT_FDCWD, path);
	struct stat info;
	int fd;

	if (path_fd < 0)
		return path_fd;
	if (fstat(path_fd, &info))
		return -errno;
	if (S_ISDIR(info.st_mode))
		return -EISDIR;
	if (!is_file_or_pipe(&info))
		return -ENOTSUP;
	fd = safe_open_again(path_fd, O_RDONLY);
	return S_ISFIFO(info.st_mode) ? waiting(fd) : fd;
}

int safe_open_input(const char *path)
{
	struct caller_rights rights;
	int fd = caller_rights_begin(&rights);

	if (fd)
		return fd;
	fd = open_input(path);
	caller_rights_end(&rights);
	return fd;
}

/* The caller's own descriptor that the path is a name of, duplicated; -1: it is no such name. */
static int own_descriptor(const char *path)
{
	static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
	uint64_t number = UINT64_MAX;

	if (!strcmp(path, "/dev/stdout"))
		number = STDOUT_FILENO;
	else if (!strcmp(path, "/dev/stderr"))
		number = STDERR_FILENO;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		size_t length = strlen(folders[i]);

		if (!strncmp(path, folders[i], length) &&
		    number_parse(path + length, INT_MAX, &number))
			return -1;
	}
	return number == UINT64_MAX ? -1 : fcntl((int)number, F_DUPFD_CLOEXEC, 0);
}

static int judge(const struct stat *info, bool force)
{
	if (S_ISLNK(info->st_mode))
		return -ELOOP;
	if (S_ISDIR(info->st_mode))
		return -EISDIR;
	if (!is_file_or_pipe(info))
		return -ENOTSUP;
	if (force)
		return 0;
	if (info->st_uid != caller_uid() || (S_ISREG(info->st_mode) && info->st_nlink != 1))
		return -EEXIST;
	return 0;
}

static int open_existing(const char *path, bool force)
{
	_cleanup_(cleanup_close) int path_fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat info;
	int fd, err;

	if (path_fd < 0 || fstat(path_fd, &info))
		return -errno;
	err = judge(&info, force);
	if (err)
		return err;
	fd = safe_open_again(path_fd, O_WRONLY);
	if (fd >= 0 && S_ISREG(info.st_mode) && (fchmod(fd, 0600) || ftruncate(fd, 0))) {
		err = -errno;
		close(fd);
		return err;
	}
	return waiting(fd);
}

static int open_output(const char *path, bool force)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | ALWAYS, 0600);
	if (fd < 0 && errno != EEXIST)
		return -errno;
	return fd < 0 ? open_existing(path, force) : waiting(fd);
}

int safe_open_output(const char *path, bool force)
{
	struct caller_rights rights;
	int fd = own_descriptor(path);

	if (fd >= 0)
		return fd;
	fd = caller_rights_begin(&rights);
	if (fd)
		return fd;
	fd = open_output(path, force);
	caller_rights_end(&rights);
	return fd;
}

const char *safe_open_reason(int err)
{
	switch (err) {
	case -ELOOP:
		return "it is a symbolic link; name the file itself";
	case -EEXIST:
		return "it is there and belongs to another user or has a second name (hard link); "
		       "remove it, or write into it with --force";
	case -ENOTSUP:
		return "it is neither a file nor a pipe";
	case -ENXIO:
		return "nobody reads from this pipe";
	default:
		return strerror(-err);
	}
}
