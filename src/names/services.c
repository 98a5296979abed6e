/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ports and IP protocols -> names. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "names/services.h"

static const char *const protocol_names[] = {
	[NAMES_TCP] = "tcp",
	[NAMES_UDP] = "udp",
	[NAMES_RAW] = "raw",
};
_Static_assert(sizeof(protocol_names) / sizeof(*protocol_names) == NAMES_PROTOCOLS,
	       "one name each");

struct name_key services_key(enum names_protocol protocol, uint16_t port)
{
	return (struct name_key){.kind = protocol, .low = port};
}

/* A later entry replaces an earlier one. */
static void set(struct name_cache *cache, enum names_protocol protocol, int port, const char *name)
{
	bool fresh;
	struct answer *answer =
		name_cache_add(cache, services_key(protocol, (uint16_t)port), &fresh);

	if (!answer)
		return;
	free(answer->text);
	answer->text = strndup(name, SERVICE_NAME_MAX);
	answer->known = true;
}

static void read_services(struct name_cache *cache)
{
	struct servent *entry;

	setservent(1);
	while ((entry = getservent())) {
		for (int protocol = 0; protocol < NAMES_PROTOCOLS; protocol++) {
			if (!strcmp(entry->s_proto, protocol_names[protocol]))
				set(cache, protocol, ntohs((uint16_t)entry->s_port), entry->s_name);
		}
	}
	endservent();
}

void services_read(struct name_cache *cache)
{
	struct protoent *entry;

	read_services(cache);
	setprotoent(1);
	while ((entry = getprotoent()))
		set(cache, NAMES_RAW, entry->p_proto, entry->p_name);
	endprotoent();
}
