/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Addresses -> host names, looked up by a pool of threads that grows while answers are slow.
 *
 * The pool outlives hosts_leave() until its last lookup returns: one that hangs in a resolver
 * cannot be called back.
 */
#ifndef NAMES_HOSTS_H
#define NAMES_HOSTS_H

#include <stdint.h>

struct hosts;

/* Heap text or NULL; any thread, may block. */
typedef char *hosts_lookup(int family, const uint8_t *addr);

struct hosts_limits {
	unsigned int threads, quiet_ms, whole_ms; /* as in names.h */
};

/* 0 or -ENOMEM. */
int hosts_new(hosts_lookup *lookup, struct hosts_limits limits, struct hosts **ret_hosts);
void hosts_leave(struct hosts *hosts);

/* AF_INET or AF_INET6; 4 or 16 bytes in network order. */
void hosts_want(struct hosts *hosts, int family, const uint8_t *addr);
/* The text stays the pool's; only the caller's thread may change its bytes. */
char *hosts_get(struct hosts *hosts, int family, const uint8_t *addr);

#endif
