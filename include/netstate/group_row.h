/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A membership in a multicast group, as /proc/net/igmp and igmp6 have it. */
#ifndef NETSTATE_GROUP_ROW_H
#define NETSTATE_GROUP_ROW_H

#include <stdbool.h>
#include <stdint.h>

#define GROUP_INTERFACE_SIZE 16

struct group_row {
	uint8_t group[16]; /* network order; IPv4: the first four */
	bool is_v6;
	int32_t references;
	char interface[GROUP_INTERFACE_SIZE];
};

#endif
