/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From bpf/netns_seen.bpf.c to src/kernel: a namespace in which socket() or connect() is called. Not recorded. */
#ifndef NETSTATE_WIRE_NETNS_H
#define NETSTATE_WIRE_NETNS_H

#include <linux/types.h>

struct wire_netns {
	__u32 netns;
	__u32 pid; /* the caller, in the initial pid namespace */
};

_Static_assert(sizeof(struct wire_netns) == 8, "wire_netns");

#endif
