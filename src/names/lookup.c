/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One question to the C library. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "names/lookup.h"

/* A host with more aliases than this has no name here. */
#define HOST_BUFFER_MAX (1 << 20)

static char *copy(const char *name)
{
	return name ? strndup(name, LOOKUP_NAME_MAX) : NULL;
}

static char *host4(const uint8_t *addr)
{
	_cleanup_(cleanup_free) char *buffer = NULL;
	struct hostent host, *found = NULL;

	for (size_t size = 2048; size <= HOST_BUFFER_MAX; size *= 4) {
		int failure, err;

		free(buffer);
		buffer = malloc(size);
		if (!buffer)
			return NULL;
		err = gethostbyaddr_r(addr, 4, AF_INET, &host, buffer, size, &found, &failure);
		if (err != ERANGE)
			return !err && found ? copy(found->h_name) : NULL;
	}
	return NULL;
}

/* getnameinfo answers with the number where there is no name; that is no name here. */
static char *host6(const uint8_t *addr)
{
	struct sockaddr_in6 where = {.sin6_family = AF_INET6};
	char name[NI_MAXHOST];

	memcpy(&where.sin6_addr, addr, sizeof(where.sin6_addr));
	if (getnameinfo((struct sockaddr *)&where, sizeof(where), name, 255, NULL, 0, NI_NAMEREQD))
		return NULL;
	return copy(name);
}

char *lookup_host(int family, const uint8_t *addr)
{
	return family == AF_INET ? host4(addr) : host6(addr);
}

char *lookup_network4(const uint8_t addr[4])
{
	uint32_t number;
	struct netent *net;

	memcpy(&number, addr, sizeof(number));
	net = getnetbyaddr(ntohl(number), AF_INET);
	return net ? copy(net->n_name) : NULL;
}

char *lookup_user(uint32_t uid)
{
	struct passwd *user = getpwuid(uid);

	return user ? strdup(user->pw_name) : NULL;
}
