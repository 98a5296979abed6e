/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID/fd of all processes -> who has a tun or tap device open. */
#ifndef PROCFS_TUN_HOLDERS_H
#define PROCFS_TUN_HOLDERS_H

#include <stdint.h>

#include "procfs/process.h"

struct tun_holder {
	int32_t pid; /* 0: nobody is known */
	char comm[PROCESS_COMM_SIZE];
};

/*
 * The process that has the device `name` open. Such names belong to a network namespace: of several
 * holders the one that is in `netns` counts; a single one may have made it for another namespace. Where
 * two are as good, nobody is named. Searched as base/descriptor_scan.h does, for a bounded time. 0 or -errno.
 */
int tun_holder_find(const char *proc, const char *name, uint32_t netns,
		    struct tun_holder *ret_holder);

#endif
