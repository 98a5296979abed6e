/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of services and users -> numbers. */
#include "names/numbers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pwd.h>
#include <stddef.h>

int number_of_service(const char *name, uint16_t *ret_port)
{
	const struct servent *entry = getservbyname(name, "tcp");

	if (!entry)
		return -ENOENT;
	*ret_port = ntohs((uint16_t)entry->s_port);
	return 0;
}

int number_of_user(const char *name, uint32_t *ret_uid)
{
	const struct passwd *entry = getpwnam(name);

	if (!entry)
		return -ENOENT;
	*ret_uid = entry->pw_uid;
	return 0;
}
