/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ICMP type and code -> words. Pure. */
#include "diagnosis/icmp.h"

#include <stddef.h>
#include <sys/socket.h>

#include "base/cleanup.h"

#define ANY 256u

static const struct {
	unsigned int family;
	unsigned int type;
	unsigned int code;
	const char *text;
} rows[] = {
	{AF_INET, 3, 0, "network unreachable"},
	{AF_INET, 3, 1, "host unreachable"},
	{AF_INET, 3, 2, "protocol unreachable"},
	{AF_INET, 3, 3, "port unreachable"},
	{AF_INET, 3, 4, "fragmentation needed"},
	{AF_INET, 3, 5, "source route failed"},
	{AF_INET, 3, 6, "network unknown"},
	{AF_INET, 3, 7, "host unknown"},
	{AF_INET, 3, 9, "network administratively prohibited"},
	{AF_INET, 3, 10, "host administratively prohibited"},
	{AF_INET, 3, 13, "communication administratively prohibited"},
	{AF_INET, 11, 0, "time to live exceeded"},
	{AF_INET, 12, ANY, "parameter problem"},
	{AF_INET6, 1, 0, "no route to destination"},
	{AF_INET6, 1, 1, "administratively prohibited"},
	{AF_INET6, 1, 2, "beyond scope of source address"},
	{AF_INET6, 1, 3, "address unreachable"},
	{AF_INET6, 1, 4, "port unreachable"},
	{AF_INET6, 1, 5, "source address failed ingress/egress policy"},
	{AF_INET6, 1, 6, "reject route to destination"},
	{AF_INET6, 2, ANY, "packet too big"},
	{AF_INET6, 3, 0, "hop limit exceeded"},
	{AF_INET6, 4, ANY, "parameter problem"},
};

const char *icmp_text(unsigned int family, unsigned int type, unsigned int code)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].family == family && rows[i].type == type &&
		    (rows[i].code == code || rows[i].code == ANY))
			return rows[i].text;
	}
	return "of a kind without a name";
}
