/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Is a network device up, and has it a carrier? In the thread's namespace. */
#ifndef NETLINK_LINK_H
#define NETLINK_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "netstate/stall.h"

struct link_answer {
	char name[17];	      /* "": not known */
	uint8_t up;	      /* enum stall_known */
	uint8_t carrier;      /* enum stall_known */
	char kind[16];	      /* "veth", "macvlan"; "": hardware, or not known */
	uint32_t lower;	      /* the device that it lies on, or the other end of a pair; 0: none */
	bool lower_elsewhere; /* ... in the namespace that has the number lower_netnsid here */
	int32_t lower_netnsid;
};

/* 0, or -errno: -ENODEV where there is no such device. */
int link_ask(uint32_t ifindex, struct link_answer *ret_answer);

/* The number that the namespace of this descriptor has in the thread's own. 0; -ENOENT: it has none;
 * or another -errno. */
int netnsid_ask(int netns_fd, int32_t *ret_id);

#endif
