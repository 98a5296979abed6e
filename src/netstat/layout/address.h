/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One end of a socket -> "host:port" as netstat cuts it. Pure. */
#ifndef NETSTAT_LAYOUT_ADDRESS_H
#define NETSTAT_LAYOUT_ADDRESS_H

#include <stdbool.h>

#include "netstate/endpoint.h"

#define ADDRESS_WIDTH 23

struct address_style {
	bool numeric; /* the unspecified IPv6 address is "::", not "[::]" */
	bool whole;   /* not cut to ADDRESS_WIDTH */
};

/* The address alone: its name, or dotted, or IPv6's form. */
char *address_put_host(char *to, const struct endpoint *end, const char *host, bool numeric);

/* With the port: a name, a number, or '*' for none. */
char *address_put(char *to, const struct endpoint *end, const char *host, const char *port,
		  struct address_style style);

#endif
