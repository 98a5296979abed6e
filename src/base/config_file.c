/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file of settings in the user's own folder. */
#include "base/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/caller.h"
#include "base/cleanup.h"

#define FOLDER (O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW | O_RDONLY)

/* Nobody else has a say in it: root does anyway. */
static int check_own(int fd, mode_t type)
{
	struct stat info;

	if (fstat(fd, &info))
		return -errno;
	if ((info.st_mode & S_IFMT) != type || info.st_uid != caller_uid() ||
	    info.st_mode & (S_IWGRP | S_IWOTH))
		return -EPERM;
	return 0;
}

static int base_path(char path[PATH_MAX])
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int size;

	if (config && *config == '/')
		size = snprintf(path, PATH_MAX, "%s", config);
	else if (home && *home == '/')
		size = snprintf(path, PATH_MAX, "%s/.config", home);
	else
		return -ENOENT;
	return size < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Where its parent is this user's own: under another one's HOME (sudo) root would leave a folder there. */
static void make_base(char path[PATH_MAX])
{
	char *slash = strrchr(path, '/');
	int parent;

	if (slash == path || !slash[1])
		return;
	*slash = '\0';
	parent = open(path, O_DIRECTORY | O_CLOEXEC | O_RDONLY);
	if (parent >= 0 && !check_own(parent, S_IFDIR))
		mkdirat(parent, slash + 1, 0700);
	if (parent >= 0)
		close(parent);
	*slash = '/';
}

/* The folder of netstate's settings; with `make` it is made where it is missing. -errno. */
static int open_folder(bool make)
{
	char path[PATH_MAX];
	int err = base_path(path), base, folder;

	if (err)
		return err;
	if (make)
		make_base(path);
	base = open(path, FOLDER & ~O_NOFOLLOW);
	if (base < 0)
		return -errno;
	err = check_own(base, S_IFDIR);
	if (!err && make && mkdirat(base, "netstate", 0700) && errno != EEXIST)
		err = -errno;
	folder = err ? err : openat(base, "netstate", FOLDER);
	if (!err && folder < 0)
		folder = errno == ENOTDIR ? -ELOOP : -errno;
	close(base);
	err = folder < 0 ? 0 : check_own(folder, S_IFDIR);
	if (!err)
		return folder;
	close(folder);
	return err;
}

static int read_settings(const char *name, char *text, size_t room)
{
	_cleanup_(cleanup_close) int folder = open_folder(false);
	_cleanup_(cleanup_close) int fd = -1;
	ssize_t size;
	int err;

	if (folder < 0)
		return folder;
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = check_own(fd, S_IFREG);
	if (err)
		return err;
	size = read(fd, text, room);
	if (size < 0)
		return -errno;
	if ((size_t)size == room)
		return -E2BIG;
	text[size] = '\0';
	return 0;
}

static int write_new(int folder, const char *name, const char *text, size_t size)
{
	_cleanup_(cleanup_close) int fd =
		openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	ssize_t written;

	if (fd < 0)
		return -errno;
	written = write(fd, text, size);
	if (written < 0)
		return -errno;
	return (size_t)written == size ? 0 : -ENOSPC;
}

static int write_settings(const char *name, const char *text, size_t size)
{
	_cleanup_(cleanup_close) int folder = open_folder(true);
	char fresh[NAME_MAX];
	int err;

	if (folder < 0)
		return folder;
	snprintf(fresh, sizeof(fresh), ".%s.%d", name, (int)getpid());
	err = write_new(folder, fresh, text, size);
	if (!err && renameat(folder, fresh, folder, name))
		err = -errno;
	if (err && err != -EEXIST)
		unlinkat(folder, fresh, 0);
	return err;
}

int config_file_read(const char *name, char *text, size_t room)
{
	struct caller_rights rights;
	int err = caller_rights_begin(&rights);

	if (err)
		return err;
	err = read_settings(name, text, room);
	caller_rights_end(&rights);
	return err;
}

int config_file_write(const char *name, const char *text, size_t size)
{
	struct caller_rights rights;
	int err = caller_rights_begin(&rights);

	if (err)
		return err;
	err = write_settings(name, text, size);
	caller_rights_end(&rights);
	return err;
}
