/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Addresses, ports, protocols, networks and users -> names, as the C library and nsswitch.conf give
 * them.
 *
 * Each is looked up once and kept; nothing is read or started before the first question of its
 * kind. Texts belong to `struct names` and live as long as it. NULL means: no name, print the
 * number. One caller's thread only.
 *
 * Hosts are asked for in two steps, because an answer can take seconds: names_want_host() for every
 * address of the table (a pool of threads begins at once), then names_host() for each while the
 * lines are written. names_host() alone works too. The wait as a whole is bounded (NAMES_QUIET_MS,
 * NAMES_WHOLE_MS): past the bound an unanswered address has no name, its answer is still taken in,
 * and a later round (-c) finds it.
 */
#ifndef NAMES_NAMES_H
#define NAMES_NAMES_H

#include <stdint.h>

/* No answer for so long ends the wait. glibc repeats a lost question after 5 s; that still counts.
 */
#define NAMES_QUIET_MS 6000
/* However many answers keep coming. */
#define NAMES_WHOLE_MS 30000
/* Lookups at a time: 500 peers of a resolver that takes 100 ms are done in about half a second. */
#define NAMES_THREADS 128

struct names;

enum names_protocol {
	NAMES_TCP,
	NAMES_UDP, /* udplite as well */
	NAMES_RAW, /* the number is an IP protocol: /etc/protocols, then services of "raw" */
	NAMES_PROTOCOLS,
};

/* 0 or -ENOMEM. */
int names_new(struct names **ret_names);
void names_free(struct names *names);

/* With another bound and number of threads, for tests; 0 keeps the ones above. */
void names_set_limits(struct names *names, unsigned int threads, unsigned int quiet_ms,
		      unsigned int whole_ms);

/* From now on no name can steer a terminal: what could is shown as '?'. */
void names_make_safe(struct names *names);

/* Addresses in network order. The IPv4 name is gethostbyaddr's canonical one, the IPv6 name
 * getnameinfo's with flags 0. */
void names_want_host4(struct names *names, const uint8_t addr[4]);
void names_want_host6(struct names *names, const uint8_t addr[16]);
const char *names_host4(struct names *names, const uint8_t addr[4]);
const char *names_host6(struct names *names, const uint8_t addr[16]);

/* getnetbyaddr's name for an IPv4 network in network order ("loopback" for 127.0.0.0). */
const char *names_network4(struct names *names, const uint8_t addr[4]);

/* The last entry of /etc/services for this port and exactly this protocol, at most 63 bytes. Port
 * in host order. */
const char *names_service(struct names *names, enum names_protocol protocol, uint16_t port);

/* Login name. */
const char *names_user(struct names *names, uint32_t uid);

#endif
