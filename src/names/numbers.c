/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of services and users -> numbers. */
#include "names/numbers.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

int number_of_service(const char *name, uint16_t *ret_port)
{
	const struct servent *entry = getservbyname(name, "tcp");

	if (!entry)
		return -ENOENT;
	*ret_port = ntohs((uint16_t)entry->s_port);
	return 0;
}

const char *number_for_service(const char *word, char *text, size_t room)
{
	const char *colon = strrchr(word, ':');
	uint16_t port;

	if (!colon || !isalpha((unsigned char)colon[1]) || number_of_service(colon + 1, &port))
		return word;
	snprintf(text, room, "%.*s:%u", (int)(colon - word), word, port);
	return text;
}

int number_of_user(const char *name, uint32_t *ret_uid)
{
	const struct passwd *entry = getpwnam(name);

	if (!entry)
		return -ENOENT;
	*ret_uid = entry->pw_uid;
	return 0;
}
