/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A descriptor of another process -> the options of its socket. */
#include "evidence/socket_options.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

/* The descriptor's number may be another file's by now. */
static bool is_the_socket(int fd, const struct stall *stall)
{
	int protocol = 0;
	socklen_t size = sizeof(protocol);
	uint64_t cookie = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) || protocol != IPPROTO_TCP)
		return false;
	size = sizeof(cookie);
	if (!stall->flow.cookie)
		return true; /* it failed before it had one */
	return !getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) &&
	       cookie == stall->flow.cookie;
}

static int open_copy(const struct stall *stall)
{
	_cleanup_(cleanup_close) int pidfd = (int)syscall(SYS_pidfd_open, stall->flow.pid, 0);
	int fd;

	if (pidfd < 0)
		return -1;
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, stall->descriptor, 0);
	if (fd >= 0 && !is_the_socket(fd, stall)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void read_local(int fd, struct endpoint *ret_local)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} name = {};
	socklen_t size = sizeof(name);

	if (getsockname(fd, &name.any, &size))
		return;
	if (name.any.sa_family == AF_INET6) {
		memcpy(ret_local->addr, &name.v6.sin6_addr, 16);
		ret_local->port = ntohs(name.v6.sin6_port);
		return;
	}
	ret_local->port = ntohs(name.v4.sin_port);
	if (!name.v4.sin_addr.s_addr)
		return;
	ret_local->addr[10] = ret_local->addr[11] = 0xff;
	memcpy(ret_local->addr + 12, &name.v4.sin_addr, 4);
}

static uint32_t read_number(int fd, int level, int option)
{
	uint32_t value = 0;
	socklen_t size = sizeof(value);

	return getsockopt(fd, level, option, &value, &size) ? 0 : value;
}

bool socket_options_read(const struct stall *stall, struct socket_options *ret_options)
{
	_cleanup_(cleanup_close) int fd = -1;
	uint32_t range;

	if (!stall->flow.pid || stall->descriptor < 0)
		return false;
	fd = open_copy(stall);
	if (fd < 0)
		return false;
	*ret_options = (struct socket_options){
		.mark = read_number(fd, SOL_SOCKET, SO_MARK),
		.ifindex = read_number(fd, SOL_SOCKET, SO_BINDTOIFINDEX),
	};
	read_local(fd, &ret_options->local);
	range = read_number(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE);
	ret_options->low = (uint16_t)(range & 0xffff);
	ret_options->high = (uint16_t)(range >> 16);
	return true;
}
