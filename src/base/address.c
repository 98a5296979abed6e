/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses of 16 bytes and their text. Pure. */
#include "base/address.h"

#include <string.h>

#define PREFIX_SIZE 12

static const uint8_t v4_prefix[PREFIX_SIZE] = {[10] = 0xff, [11] = 0xff};

bool address_is_v4(const uint8_t addr[16])
{
	return !memcmp(addr, v4_prefix, PREFIX_SIZE);
}

bool address_is_any(const uint8_t addr[16])
{
	static const uint8_t any[16], any4[16] = {[10] = 0xff, [11] = 0xff};

	return !memcmp(addr, any, sizeof(any)) || !memcmp(addr, any4, sizeof(any4));
}

bool address_takes(const uint8_t bound[16], const uint8_t addr[16])
{
	if (!memcmp(bound, addr, 16))
		return true;
	return address_is_any(bound) && (!address_is_v4(bound) || address_is_v4(addr));
}

bool address_is_loopback(const uint8_t addr[16])
{
	static const uint8_t one[16] = {[15] = 1};

	return address_is_v4(addr) ? addr[PREFIX_SIZE] == 127 : !memcmp(addr, one, sizeof(one));
}

void address_set_v4(uint8_t addr[16], const uint8_t v4[4])
{
	memcpy(addr, v4_prefix, PREFIX_SIZE);
	memcpy(addr + PREFIX_SIZE, v4, 4);
}

char *address_format(char *to, const uint8_t addr[16])
{
	return address_is_v4(addr) ? format_ip4(to, addr + PREFIX_SIZE) : format_ip6(to, addr);
}

char *address_format_port(char *to, const uint8_t addr[16], uint16_t port)
{
	bool v4 = address_is_v4(addr);

	if (!v4)
		*to++ = '[';
	to = address_format(to, addr);
	if (!v4)
		*to++ = ']';
	*to++ = ':';
	return format_u64(to, port);
}
