/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A signal to the process that holds a socket. */
#include "procfs/process_signal.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "procfs/socket_holders.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

int process_signal_holder(uint32_t pid, uint64_t inode, int number)
{
	_cleanup_(cleanup_close) int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		return -errno;
	if (!inode || !socket_holders_has("/proc", pid, inode))
		return -ENOENT;
	return syscall(SYS_pidfd_send_signal, fd, number, NULL, 0) ? -errno : 0;
}
