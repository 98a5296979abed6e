/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One end of a connection. IPv4 is kept as v4-mapped IPv6 (RFC 4291 2.5.5.2), so that one form
 * serves both. */
#ifndef NETSTATE_ENDPOINT_H
#define NETSTATE_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>

struct endpoint {
	uint8_t addr[16]; /* network byte order */
	uint16_t port;	  /* host byte order */
};

/* True for ::ffff:a.b.c.d, the form in which every IPv4 address is kept. */
bool endpoint_is_v4(const struct endpoint *end);

/* Neither :: nor 0.0.0.0, which getsockname() gives of a socket that is not bound. */
bool endpoint_has_address(const struct endpoint *end);

/* False: an end that nobody could read, or none: no port, and :: or 0.0.0.0. */
bool endpoint_is_known(const struct endpoint *end);

/* fe80::/10, which means something on one device alone. */
bool endpoint_is_link_local(const struct endpoint *end);

#endif
