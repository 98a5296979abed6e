/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All listeners of a network namespace at one moment: hundreds of connects that hang are answered
 * from one pass over its sockets, and their listeners' processes from one pass over all
 * descriptors.
 */
#ifndef EVIDENCE_LISTENER_SNAPSHOT_H
#define EVIDENCE_LISTENER_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evidence/socket_owner.h"
#include "netstate/endpoint.h"
#include "netstate/stall.h"
#include "netstate/wire_stall.h"

/* A queue may fill or drain while a connect hangs: a snapshot is good for this long. */
#define LISTENER_SNAPSHOT_NS 50000000u

/* Of a namespace; with more, the absence of one proves nothing. */
#define LISTENER_SNAPSHOT_MAX 65536

/* Namespaces; the snapshot that was not used for the longest time is replaced. */
#define LISTENER_SNAPSHOTS 16

struct snapshot_listener {
	struct wire_stall_listener sock;
	struct socket_owner_row owner;
	uint64_t owner_ns; /* when the owner was looked for; 0: not yet */
};

struct listener_snapshot {
	uint32_t netns;
	uint64_t until_ns, used_ns;
	uint64_t owners_until_ns; /* no pass over all descriptors before */
	bool complete;		  /* these are all listeners that there were */
	size_t count, room;
	struct snapshot_listener *rows; /* sorted by socket */
};

struct listener_snapshots {
	struct listener_snapshot slots[LISTENER_SNAPSHOTS];
};

void listener_snapshots_release(struct listener_snapshots *snapshots);

/* The slot of this namespace, an empty one, or the one that was not used for the longest time. */
struct listener_snapshot *listener_snapshots_slot(struct listener_snapshots *snapshots,
						  uint32_t netns, uint64_t now_ns);

/* A wire record into a snapshot that is being filled; other kinds are passed over. */
void listener_snapshot_add(struct listener_snapshot *snapshot, const void *bytes, size_t size);

/* `fresh` is complete now: it replaces `old`, whose owners go over to the same sockets. */
void listener_snapshot_replace(struct listener_snapshot *old, struct listener_snapshot *fresh);

/* The listeners that a SYN may come to: one, or several that share the port (SO_REUSEPORT). */
struct listener_match {
	struct snapshot_listener *listener; /* the one with the longest queue; NULL: none */
	uint32_t members;
	uint32_t members_full;
	bool other_device; /* none, but one that is bound to another device (SO_BINDTODEVICE) */
};

/*
 * A SYN for `end` that came in by the device `ifindex` (0: not known). One on the very address goes
 * before one on all addresses, one that is bound to that device before one that is bound to none, one
 * for IPv4 before one for both families: compute_score() in net/ipv4/inet_hashtables.c.
 */
void listener_snapshot_match(const struct listener_snapshot *snapshot, const struct endpoint *end,
			     uint32_t ifindex, struct listener_match *ret_match);

/*
 * No listener takes a SYN for `end`: who listens on its port for another address or family? 0, or enum
 * stall_elsewhere with *ret_end, and in *ret_more how many others there are.
 */
uint8_t listener_snapshot_elsewhere(const struct listener_snapshot *snapshot,
				    const struct endpoint *end, struct endpoint *ret_end,
				    uint32_t *ret_more);

#endif
