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
	bool rejects; /* the packet that it is about */
} rows[] = {
	{AF_INET, 3, 0, "network unreachable", true},
	{AF_INET, 3, 1, "host unreachable", true},
	{AF_INET, 3, 2, "protocol unreachable", true},
	{AF_INET, 3, 3, "port unreachable", true},
	{AF_INET, 3, 4, "fragmentation needed", false},
	{AF_INET, 3, 5, "source route failed", true},
	{AF_INET, 3, 6, "network unknown", true},
	{AF_INET, 3, 7, "host unknown", true},
	{AF_INET, 3, 9, "network administratively prohibited", true},
	{AF_INET, 3, 10, "host administratively prohibited", true},
	{AF_INET, 3, 13, "communication administratively prohibited", true},
	{AF_INET, 11, 0, "time to live exceeded", true},
	{AF_INET, 12, ANY, "parameter problem", true},
	{AF_INET6, 1, 0, "no route to destination", true},
	{AF_INET6, 1, 1, "administratively prohibited", true},
	{AF_INET6, 1, 2, "beyond scope of source address", true},
	{AF_INET6, 1, 3, "address unreachable", true},
	{AF_INET6, 1, 4, "port unreachable", true},
	{AF_INET6, 1, 5, "source address failed ingress/egress policy", true},
	{AF_INET6, 1, 6, "reject route to destination", true},
	{AF_INET6, 2, ANY, "packet too big", false},
	{AF_INET6, 3, 0, "hop limit exceeded", true},
	{AF_INET6, 4, ANY, "parameter problem", true},
};

static long find(unsigned int family, unsigned int type, unsigned int code)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].family == family && rows[i].type == type &&
		    (rows[i].code == code || rows[i].code == ANY))
			return (long)i;
	}
	return -1;
}

const char *icmp_text(unsigned int family, unsigned int type, unsigned int code)
{
	long found = find(family, type, code);

	return found < 0 ? "of a kind without a name" : rows[found].text;
}

bool icmp_of_neighbour(unsigned int family, unsigned int type, unsigned int code)
{
	return family == AF_INET6 ? type == 1 && code == 3 : type == 3 && code == 1;
}

/* Codes without a name refuse as their type does (tcp_v4_err(), tcp_v6_err()). */
bool icmp_rejects(unsigned int family, unsigned int type, unsigned int code)
{
	long found = find(family, type, code);

	if (found >= 0)
		return rows[found].rejects;
	if (family == AF_INET)
		return type == 3 || type == 11 || type == 12;
	return type == 1 || type == 3 || type == 4;
}
