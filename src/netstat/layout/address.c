/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One end of a socket -> "host:port" as netstat cuts it. Pure. */
#include "netstat/layout/address.h"

#include "netstat/layout/put.h"

#define PORT_KEPT 18  /* of a port's name, when both do not fit */
#define WHOLE_MAX 127 /* the reference's buffer: also -W cuts there, be it in the port */

char *address_put_host(char *to, const struct endpoint *end, const char *host, bool numeric)
{
	static const uint8_t unspecified[16] = {0};

	if (host)
		return put_text(to, host);
	if (endpoint_is_v4(end))
		return format_ip4(to, end->addr + 12);
	if (!numeric && !memcmp(end->addr, unspecified, sizeof(unspecified)))
		return put_text(to, "[::]");
	return format_ip6(to, end->addr);
}

char *address_put(char *to, const struct endpoint *end, const char *host, const char *port,
		  struct address_style style)
{
	const size_t room = ADDRESS_WIDTH - 1;
	char digits[FORMAT_U64_MAX];
	char *begin = to;
	size_t port_size;

	to = address_put_host(to, end, host, style.numeric);
	if (!end->port)
		port = "*";
	if (port) {
		port_size = strlen(port);
	} else {
		port = digits;
		port_size = (size_t)(format_u64(digits, end->port) - digits);
	}
	if (!style.whole && (size_t)(to - begin) + port_size > room) {
		if (port_size > PORT_KEPT)
			port_size = PORT_KEPT;
		if ((size_t)(to - begin) > room - port_size)
			to = begin + room - port_size;
	}
	*to++ = ':';
	to = put_bytes(to, port, port_size);
	return to - begin > WHOLE_MAX ? begin + WHOLE_MAX : to;
}
