/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses, ports, protocols, networks and users -> names, each asked for once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/safe.h"
#include "names/hosts.h"
#include "names/lookup.h"
#include "names/names.h"
#include "names/services.h"

struct names {
	struct hosts_limits limits;
	struct hosts *hosts; /* from the first question on, as are the others' entries */
	struct name_cache networks, services, users;
	bool services_known;
	bool safe;
};

int names_new(struct names **ret_names)
{
	struct names *names = calloc(1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	if (name_cache_init(&names->networks) || name_cache_init(&names->services) ||
	    name_cache_init(&names->users)) {
		names_free(names);
		return -ENOMEM;
	}
	names_set_limits(names, 0, 0, 0);
	*ret_names = names;
	return 0;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	hosts_leave(names->hosts);
	name_cache_release(&names->networks);
	name_cache_release(&names->services);
	name_cache_release(&names->users);
	free(names);
}

void names_set_limits(struct names *names, unsigned int threads, unsigned int quiet_ms,
		      unsigned int whole_ms)
{
	names->limits = (struct hosts_limits){
		.threads = threads ? threads : NAMES_THREADS,
		.quiet_ms = quiet_ms ? quiet_ms : NAMES_QUIET_MS,
		.whole_ms = whole_ms ? whole_ms : NAMES_WHOLE_MS,
	};
}

void names_make_safe(struct names *names)
{
	names->safe = true;
}

static const char *shown(const struct names *names, char *text)
{
	if (text && names->safe)
		safe_text(text);
	return text;
}

static struct hosts *hosts_of(struct names *names)
{
	if (!names->hosts)
		hosts_new(lookup_host, names->limits, &names->hosts);
	return names->hosts;
}

void names_want_host4(struct names *names, const uint8_t addr[4])
{
	if (hosts_of(names))
		hosts_want(names->hosts, AF_INET, addr);
}

void names_want_host6(struct names *names, const uint8_t addr[16])
{
	if (hosts_of(names))
		hosts_want(names->hosts, AF_INET6, addr);
}

const char *names_host4(struct names *names, const uint8_t addr[4])
{
	return hosts_of(names) ? shown(names, hosts_get(names->hosts, AF_INET, addr)) : NULL;
}

const char *names_host6(struct names *names, const uint8_t addr[16])
{
	return hosts_of(names) ? shown(names, hosts_get(names->hosts, AF_INET6, addr)) : NULL;
}

const char *names_network4(struct names *names, const uint8_t addr[4])
{
	struct name_key key = {0};
	struct answer *answer;
	bool fresh;

	memcpy(&key.low, addr, 4);
	answer = name_cache_add(&names->networks, key, &fresh);
	if (answer && fresh)
		answer->text = lookup_network4(addr);
	return answer ? shown(names, answer->text) : NULL;
}

const char *names_service(struct names *names, enum names_protocol protocol, uint16_t port)
{
	const struct answer *answer;

	if (!names->services_known)
		services_read(&names->services);
	names->services_known = true;
	answer = name_cache_find(&names->services, services_key(protocol, port));
	return answer ? shown(names, answer->text) : NULL;
}

const char *names_user(struct names *names, uint32_t uid)
{
	bool fresh;
	struct answer *answer =
		name_cache_add(&names->users, (struct name_key){.low = uid}, &fresh);

	if (answer && fresh)
		answer->text = lookup_user(uid);
	return answer ? shown(names, answer->text) : NULL;
}
