/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A masqueraded connection, as /proc/net/ip_masquerade of Linux 2.2 has it. */
#ifndef NETSTATE_MASQUERADE_ROW_H
#define NETSTATE_MASQUERADE_ROW_H

#include <stdbool.h>
#include <stdint.h>

enum masquerade_protocol {
	MASQUERADE_TCP,
	MASQUERADE_UDP,
	MASQUERADE_ICMP,
	MASQUERADE_PROTOCOLS,
};

struct masquerade_row {
	uint8_t protocol;  /* enum masquerade_protocol */
	uint8_t source[4]; /* network order */
	uint8_t destination[4];
	uint16_t source_port;
	uint16_t destination_port;
	uint16_t masquerade_port;
	uint64_t initial_sequence;
	int16_t delta;
	int16_t previous_delta;
	bool has_previous_delta;
	uint64_t expires; /* in 1/100 s */
};

#endif
