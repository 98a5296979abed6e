/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Is a network device up, and has it a carrier? In the thread's namespace. */
#ifndef NETLINK_LINK_H
#define NETLINK_LINK_H

#include <stdint.h>

#include "netstate/stall.h"

struct link_answer {
	char name[17];	 /* "": not told */
	uint8_t up;	 /* enum stall_known */
	uint8_t carrier; /* enum stall_known */
};

/* 0, or -errno: -ENODEV where there is no such device. */
int link_ask(uint32_t ifindex, struct link_answer *ret_answer);

#endif
