/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A signal to the process that holds a socket, and to no other that got its number since. */
#ifndef PROCFS_PROCESS_SIGNAL_H
#define PROCFS_PROCESS_SIGNAL_H

#include <stdint.h>

/*
 * By a descriptor of the process (pidfd, 5.3), which is opened before its descriptors are read. 0;
 * -ENOENT where it does not hold the socket with this inode; -ESRCH, -EPERM ...
 */
int process_signal_holder(uint32_t pid, uint64_t inode, int number);

#endif
