/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The network namespace of a socket that is another process's descriptor. */
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/safe_open.h"
#include "namespaces/netns_file.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

#define PATIENCE_MS 200

static int namespace_of(uint32_t pid, uint32_t number)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int taken = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	char name[64];

	if (taken < 0 || safe_open_name(taken, name, sizeof(name)) || strncmp(name, "socket:[", 8))
		return -1;
	return ioctl(taken, SIOCGSKNS);
}

/* The descriptor that was taken is closed by the end of the child: a socket does not linger then,
 * and where a file system's daemon keeps it waiting it is only the child that waits. */
static void answer(int to, uint32_t pid, uint32_t number)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.head = {.cmsg_len = CMSG_LEN(sizeof(int)),
			      .cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS}};
	struct iovec part = {.iov_base = "", .iov_len = 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	fd = namespace_of(pid, number);
	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
		sendmsg(to, &message, MSG_NOSIGNAL);
	}
	_exit(0);
}

static int receive(int from)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {};
	char byte;
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	struct pollfd waited = {.fd = from, .events = POLLIN};
	int fd;

	if (poll(&waited, 1, PATIENCE_MS) <= 0)
		return -ETIMEDOUT;
	if (recvmsg(from, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1 ||
	    control.head.cmsg_type != SCM_RIGHTS)
		return -ESTALE;
	memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
	return fd;
}

/* One that still waits is collected later, or by init. */
static void collect(pid_t child)
{
	static pid_t late[16];
	size_t place = 0;

	kill(child, SIGKILL);
	for (size_t i = 0; i < ARRAY_SIZE(late); i++) {
		if (late[i] && waitpid(late[i], NULL, WNOHANG))
			late[i] = 0;
		if (!late[i])
			place = i;
	}
	for (int tries = 0; tries < 50; tries++) {
		if (waitpid(child, NULL, WNOHANG))
			return;
		usleep(1000);
	}
	late[place] = child;
}

static int ask_child(uint32_t pid, uint32_t number)
{
	int pair[2], fd;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	child = fork();
	if (!child)
		answer(pair[1], pid, number);
	close(pair[1]);
	fd = child < 0 ? -errno : receive(pair[0]);
	close(pair[0]);
	if (child > 0)
		collect(child);
	return fd;
}

int netns_file_of_socket(uint32_t pid, uint32_t number, uint32_t inode)
{
	int fd = ask_child(pid, number);
	struct stat info;

	if (fd < 0)
		return fd;
	if (!fstat(fd, &info) && info.st_ino == inode) /* SIOCGSKNS gave it: nsfs */
		return fd;
	close(fd);
	return -ESTALE;
}
