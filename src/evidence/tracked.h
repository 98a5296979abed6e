/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Does connection tracking of a namespace know the connections that get no acknowledgement? They
 * are asked about one by one, in every namespace that tracks anything: so only TRACKED_MAX are.
 */
#ifndef EVIDENCE_TRACKED_H
#define EVIDENCE_TRACKED_H

#include "evidence/store.h"

/* Connections that the user asked for; `wanted` NULL: all alike. */
struct tracked_choice {
	bool (*wanted)(void *context, const struct flow *flow, const struct socket_detail *socket);
	void *context;
};

#define TRACKED_MAX 64

struct tracked {
	uint32_t list[TRACKED_MAX]; /* indexes of the store's sockets */
	uint32_t count;
	uint32_t left_out; /* of the chosen ones; where none are chosen, of all */
	bool asked;	   /* of at least one namespace */
};

/*
 * The sockets of the store that get no answer: chosen ones first, orphans last, and of one process and
 * destination no more than the others leave room for. NULL: none, or no memory.
 */
struct tracked *tracked_new(const struct evidence_store *store,
			    const struct tracked_choice *choice);
void tracked_free(struct tracked *tracked);

/* In the namespace of `space` already: adds an EVIDENCE_TRACKED for each of them where this
 * namespace tracks connections, and an EVIDENCE_NEXT_HOP for its own ones. */
void tracked_read(struct tracked *tracked, const struct evidence_space *space,
		  struct evidence_store *store);

#endif
