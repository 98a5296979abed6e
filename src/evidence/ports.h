/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who takes the local ports to a destination. */
#ifndef EVIDENCE_PORTS_H
#define EVIDENCE_PORTS_H

#include "evidence/socket_options.h"
#include "evidence/sources.h"

/* Local ports in use, by number. Zero-initialise. */
struct port_set {
	uint8_t bits[65536 / 8];
};

bool port_set_has(const struct port_set *set, uint16_t port);

/* "8080,9000-9100" (net.ipv4.ip_local_reserved_ports) into the set. False: no such list. */
bool port_set_parse(struct port_set *set, const char *text);

/*
 * A connect that failed with EADDRNOTAVAIL. `source`: the local address that it had, or would have
 * had; NULL: not known, and then no port is counted as taken by a connection. `options`: NULL: not
 * known.
 */
void ports_collect(struct evidence_sources *sources, const struct endpoint *source,
		   const struct socket_options *options, struct stall *stall);

#endif
