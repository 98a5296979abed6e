/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Descriptors of network namespaces, by paths that other users shape. */
#include "namespaces/netns_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/openat2.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "base/safe_open.h"

#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20
#endif
#define TRIES_MAX 8 /* a rename anywhere may make a look-up in the cache fail */

/* Namespaces' files are of a file system that has a device of its own. 0: not known. */
static dev_t nsfs_device(void)
{
	static dev_t device;
	struct stat info;

	if (!device && !stat("/proc/self/ns/net", &info))
		device = info.st_dev;
	return device;
}

/*
 * Where it is mounted its name is the mount's. What the kernel has of its attributes is enough, and
 * asks no daemon of a user's file system.
 */
static int inode_of_mounted(int path_fd, uint32_t *ret_inode)
{
	struct statx info;

	if (statx(path_fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &info))
		return -errno;
	if (!nsfs_device() || makedev(info.stx_dev_major, info.stx_dev_minor) != nsfs_device())
		return -EINVAL;
	_cleanup_(cleanup_close) int fd = safe_open_again(path_fd, O_RDONLY);

	if (fd < 0)
		return fd;
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		return -EINVAL;
	*ret_inode = (uint32_t)info.stx_ino;
	return 0;
}

/* "net:[4026531840]": only nsfs gives such names, those of files begin with a slash. */
static int inode_of(int path_fd, uint32_t *ret_inode)
{
	static const char begin[] = "net:[";
	char name[64];
	uint64_t inode;
	size_t length;
	int err = safe_open_name(path_fd, name, sizeof(name));

	if (err)
		return err;
	length = strlen(name);
	if (name[0] == '/')
		return inode_of_mounted(path_fd, ret_inode);
	if (strncmp(name, begin, sizeof(begin) - 1) || name[length - 1] != ']')
		return -EINVAL;
	name[length - 1] = '\0';
	if (number_parse(name + sizeof(begin) - 1, UINT32_MAX, &inode))
		return -EINVAL;
	*ret_inode = (uint32_t)inode;
	return 0;
}

int netns_file_inode(int dir, const char *path, uint32_t *ret_inode)
{
	_cleanup_(cleanup_close) int fd = safe_open_path(dir, path);

	return fd < 0 ? fd : inode_of(fd, ret_inode);
}

static int open_checked(int path_fd, uint32_t inode)
{
	_cleanup_(cleanup_close) int fd = path_fd;
	uint32_t found;
	int err = fd < 0 ? fd : inode_of(fd, &found);

	if (err)
		return err;
	return found == inode ? safe_open_again(fd, O_RDONLY) : -ESTALE;
}

/* Of a process that ends while its link is followed the kernel says EACCES; the next time ENOENT. */
int netns_file_open(const char *path, uint32_t inode)
{
	int fd = safe_open_path(AT_FDCWD, path);

	if (fd == -EACCES)
		fd = safe_open_path(AT_FDCWD, path);
	return open_checked(fd, inode);
}

int netns_file_open_mount(const char *path, uint32_t inode)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_CACHED};
	int fd = -1;

	errno = EAGAIN;
	for (int tries = 0; fd < 0 && errno == EAGAIN && tries < TRIES_MAX; tries++)
		fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
	if (fd < 0 && errno == EAGAIN)
		return -EAGAIN;
	return fd < 0 ? netns_file_open(path, inode) : open_checked(fd, inode);
}
