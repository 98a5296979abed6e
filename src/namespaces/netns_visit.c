/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A child that enters a network namespace, so that its files can be read as /proc/PID/net. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "namespaces/another_way.h"
#include "namespaces/netns_file.h"
#include "namespaces/netns_list.h"

#define RANK_OWN 0

/* In the child: says with one byte that it is there (errno, 0: well), and waits for its end. */
static void stay(int fd, int ready)
{
	unsigned char said;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	said = setns(fd, CLONE_NEWNET) ? (unsigned char)errno : 0;
	if (write(ready, &said, 1) == 1 && !said) {
		for (;;)
			pause();
	}
	_exit(1);
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

static int start(int fd, pid_t *ret_child)
{
	unsigned char said = EIO;
	int ready[2];
	pid_t child;

	if (pipe2(ready, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child == 0)
		stay(fd, ready[1]);
	close(ready[1]);
	while (child > 0 && read(ready[0], &said, 1) < 0 && errno == EINTR)
		;
	close(ready[0]);
	if (child < 0)
		return -EAGAIN;
	if (said) {
		end(child);
		return -(int)said;
	}
	*ret_child = child;
	return 0;
}

/* The process that it was found by may have ended, and others may be in it. */
static int open_namespace(const struct netns *netns)
{
	uint32_t inode = (uint32_t)netns->inode;

	if (!netns->path)
		return namespace_open_any(&netns->way);
	return another_way_if_gone(netns_file_open(netns->path, inode), inode);
}

int netns_open(const char *proc, const struct netns *netns, struct netns_handle *ret_look)
{
	struct netns_handle handle = {0};
	int fd, err;

	if (netns->rank == RANK_OWN) {
		snprintf(ret_look->net, sizeof(ret_look->net), "%s/self/net", proc);
		ret_look->child = 0;
		return 0;
	}
	fd = open_namespace(netns);
	if (fd < 0)
		return fd;
	err = start(fd, &handle.child);
	close(fd);
	if (err)
		return err;
	snprintf(handle.net, sizeof(handle.net), "%s/%d/net", proc, (int)handle.child);
	*ret_look = handle;
	return 0;
}

void netns_close(struct netns_handle *handle)
{
	if (handle->child)
		end(handle->child);
	handle->child = 0;
}
