/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses as JSON strings. Pure. */
#ifndef NETSTAT_LAYOUT_JSON_ADDRESS_H
#define NETSTAT_LAYOUT_JSON_ADDRESS_H

#include "base/format.h"
#include "netstat/layout/json_put.h"

static inline void json_address4(struct buf *out, const char *key, const uint8_t addr[4])
{
	char text[FORMAT_IP4_MAX + 1];

	*format_ip4(text, addr) = '\0';
	json_text(out, key, text);
}

static inline void json_address6(struct buf *out, const char *key, const uint8_t addr[16])
{
	char text[FORMAT_IP6_MAX + 1];

	*format_ip6(text, addr) = '\0';
	json_text(out, key, text);
}

#endif
