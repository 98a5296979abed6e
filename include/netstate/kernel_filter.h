/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The conditions that the kernel side can decide before it emits; all must hold, 0 means any. */
#ifndef NETSTATE_KERNEL_FILTER_H
#define NETSTATE_KERNEL_FILTER_H

#include <stdint.h>

struct kernel_filter {
	uint64_t cgroup_id; /* this cgroup or one below it */
	uint32_t pid;	    /* of the owner */
	uint32_t netns;	    /* inode number */
	uint32_t states;    /* bit 1 << enum tcp_state: new states to let pass; bit 0: connect and
			       accept events */
	uint16_t family;    /* AF_INET or AF_INET6 */
	uint16_t lport;
	uint16_t rport;
	uint16_t port; /* lport or rport */
};

#endif
