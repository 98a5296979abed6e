/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A kernel file system as a mount that is attached nowhere. */
#include "kernel/detached_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"

int detached_mount(const char *type)
{
	_cleanup_(cleanup_close) int context = fsopen(type, FSOPEN_CLOEXEC);
	int fd;

	if (context < 0)
		return -errno;
	if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	_cleanup_(cleanup_close) int mount_fd = fsmount(
		context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (mount_fd < 0)
		return -errno;
	/* fsmount's is an O_PATH descriptor, which open_by_handle_at refuses */
	fd = openat(mount_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
