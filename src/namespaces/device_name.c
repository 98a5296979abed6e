/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Index of a network device in some network namespace -> its name. */
#include "namespaces/device_name.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "namespaces/another_way.h"
#include "namespaces/netns_file.h"

static int name_here(uint32_t index, char name[IF_NAMESIZE])
{
	_cleanup_(cleanup_close) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_ifindex = (int)index};

	if (fd < 0 || ioctl(fd, SIOCGIFNAME, &request))
		return -errno;
	memcpy(name, request.ifr_name, IF_NAMESIZE);
	name[IF_NAMESIZE - 1] = '\0';
	return 0;
}

int device_name_read(const char *path, uint32_t netns, uint32_t index, char name[IF_NAMESIZE])
{
	_cleanup_(cleanup_close) int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	_cleanup_(cleanup_close) int there =
		another_way_if_gone(path ? netns_file_open(path, netns) : -ENOENT, netns);
	struct stat info;
	int err;

	if (there < 0)
		return there;
	if (own < 0 || fstat(own, &info))
		return -errno;
	if ((uint32_t)info.st_ino == netns)
		return name_here(index, name);
	if (setns(there, CLONE_NEWNET))
		return -errno;
	err = name_here(index, name);
	return setns(own, CLONE_NEWNET) ? -errno : err;
}
