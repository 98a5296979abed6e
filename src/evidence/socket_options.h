/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a program has set on its socket: read from a copy of its descriptor. */
#ifndef EVIDENCE_SOCKET_OPTIONS_H
#define EVIDENCE_SOCKET_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "netstate/endpoint.h"
#include "netstate/stall.h"

struct socket_options {
	struct endpoint local; /* all zero: not bound; a port alone may be bound */
	uint32_t mark;
	uint32_t ifindex;   /* of SO_BINDTODEVICE; 0: none */
	uint16_t low, high; /* IP_LOCAL_PORT_RANGE; 0: the namespace's */
};

/* False: not known, the process or its socket is gone. */
bool socket_options_read(const struct stall *stall, struct socket_options *ret_options);

#endif
