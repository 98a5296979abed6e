/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Addresses of 16 bytes in network order, IPv4 as v4-mapped IPv6 (RFC 4291 2.5.5.2), and their text.
 * The functions that format write at `to`, without a NUL, and return the end. Pure.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/format.h"

#define ADDRESS_TEXT_MAX FORMAT_IP6_MAX
#define ADDRESS_PORT_TEXT_MAX (ADDRESS_TEXT_MAX + 8) /* [ADDRESS]:65535 */

/* True for ::ffff:a.b.c.d. */
bool address_is_v4(const uint8_t addr[16]);

/* True for 0.0.0.0 and ::, where a listener takes every address. */
bool address_is_any(const uint8_t addr[16]);

/* Whether a socket bound to `bound` has `addr`, too: 0.0.0.0 takes IPv4, :: both (unless IPV6_V6ONLY). */
bool address_takes(const uint8_t bound[16], const uint8_t addr[16]);

/* True for 127.0.0.0/8 and ::1. */
bool address_is_loopback(const uint8_t addr[16]);

/* Makes ::ffff:a.b.c.d of a.b.c.d. */
void address_set_v4(uint8_t addr[16], const uint8_t v4[4]);

/* "10.0.0.1", "fd00::1" */
char *address_format(char *to, const uint8_t addr[16]);

/* "10.0.0.1:443", "[fd00::1]:443" */
char *address_format_port(char *to, const uint8_t addr[16], uint16_t port);

#endif
