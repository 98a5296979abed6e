/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A bind or listen call that failed -> the socket that has the port. */
#ifndef TABLE_BLOCKER_H
#define TABLE_BLOCKER_H

#include <stdbool.h>
#include <stddef.h>

#include "netstate/endpoint.h"
#include "netstate/wire.h"
#include "table/source.h"

/* A socket that has a port. */
struct port_user {
	uint64_t cookie, sock, inode; /* 0: not known */
	struct endpoint local;
	uint32_t netns;
	uint32_t uid;	  /* sk_uid */
	uint32_t device;  /* index of the one that it is bound to; 0: none */
	uint8_t state;	  /* enum tcp_state; CLOSE: bound only */
	uint8_t sharing;  /* WIRE_SHARING_* */
	uint8_t protocol; /* enum flow_protocol */
};

/* The record is of a call that failed with EADDRINUSE, and nobody filled the blocker in. */
bool blocker_wanted(const void *record, size_t size);

/* Whether `user` is in the way of what `refusal` asked for, as the kernel compares the two. Where it is
 * not known how they share the port, they do not. Pure. */
bool blocker_is_in_the_way(const struct wire_refusal *refusal, const struct port_user *user);

/* A listener before a bound socket before a connection before a TIME_WAIT. Pure. */
bool blocker_is_better(const struct port_user *user, const struct port_user *than);

/*
 * Asks the kernel's lists for the first of those that are in the way and fills refusal->blocker* in; what
 * cannot be asked stays zero. `source` is open.
 */
void blocker_ask(struct table_source *source, struct wire_refusal *refusal);

#endif
