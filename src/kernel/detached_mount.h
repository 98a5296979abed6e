/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A kernel file system as a mount that is attached nowhere and goes with its descriptor
 * (Linux 5.2). */
#ifndef KERNEL_DETACHED_MOUNT_H
#define KERNEL_DETACHED_MOUNT_H

/* Descriptor of the root directory of a fresh mount of `type` ("tracefs", "cgroup2"), or -errno. */
int detached_mount(const char *type);

#endif
