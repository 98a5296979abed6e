/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How much waits in the queueing disciplines of a device? In the thread's namespace. */
#ifndef NETLINK_QDISC_H
#define NETLINK_QDISC_H

#include <stdint.h>

struct qdisc_answer {
	uint32_t packets; /* in the one that holds most */
	char kind[16];	  /* of that one: "tbf"; "": none holds any */
};

/* 0 or -errno. */
int qdisc_ask(uint32_t ifindex, struct qdisc_answer *ret_answer);

#endif
