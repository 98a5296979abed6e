/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A program that went on by IPv4 when IPv6 hung. */
#ifndef NETSTATE_STALL_FALLBACK_H
#define NETSTATE_STALL_FALLBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "netstate/endpoint.h"

/* The same process went on by IPv4, to the same port. */
struct stall_fallback {
	uint64_t wait_ns;   /* from the connect by IPv6 to that by IPv4, on average */
	uint32_t count;	    /* how often; 0: it was not seen to */
	bool answered;	    /* the last */
	struct endpoint to; /* of the last */
};

#endif
