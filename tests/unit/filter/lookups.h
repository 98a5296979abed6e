/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The names that the tests of the filter know. */
#ifndef UNIT_FILTER_LOOKUPS_H
#define UNIT_FILTER_LOOKUPS_H

#include <errno.h>
#include <string.h>

#include "filter/filter.h"

static inline int test_service(const char *name, uint16_t *ret_port)
{
	uint16_t port = !strcmp(name, "ssh")	 ? 22
			: !strcmp(name, "http")	 ? 80
			: !strcmp(name, "https") ? 443
						 : 0;

	if (!port)
		return -ENOENT;
	*ret_port = port;
	return 0;
}

static inline int test_netns(const char *name, uint32_t *ret_inode)
{
	if (strcmp(name, "blue") && strcmp(name, "/run/netns/blue") && strcmp(name, "42"))
		return -ENOENT;
	*ret_inode = 4026532000;
	return 0;
}

static inline int test_user(const char *name, uint32_t *ret_uid)
{
	if (strcmp(name, "www-data"))
		return -ENOENT;
	*ret_uid = 33;
	return 0;
}

static const struct filter_lookups test_lookups = {
	.service = test_service,
	.netns = test_netns,
	.user = test_user,
};

#endif
