/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The arrays behind a struct evidence, while they are filled. */
#ifndef EVIDENCE_STORE_H
#define EVIDENCE_STORE_H

#include "namespaces/left_out.h"
#include "netstate/evidence.h"

/* 2,000,000 sockets take about 800 MB: beyond, the rest is left out, and that is said. */
#define STORE_SOCKETS_MAX 2000000u
#define STORE_EVENTS_MAX 200000u
#define STORE_PROCESSES_MAX 4096u
/* From so many holders on only so many of one socket are kept. */
#define STORE_HOLDERS_THIN 1000000u
#define STORE_HOLDERS_EACH 64u

/* Zero-initialise. */
struct evidence_store {
	struct socket_detail *sockets;
	size_t socket_count, socket_room;
	struct evidence_holder *holders;
	size_t holder_count, holder_room;
	size_t thin_at; /* holders: before one more */
	struct evidence_process *processes;
	size_t process_count, process_room;
	struct evidence_space *spaces;
	size_t space_count, space_room;
	struct evidence_event *events;
	size_t event_count, event_room;
	uint64_t now_ns, watch_ns;
	int64_t wall_offset_ns;
	uint32_t socket_max; /* 0: STORE_SOCKETS_MAX */
	uint64_t left_out;   /* sockets and events beyond the limits */
	uint32_t untracked;  /* get no answer; connection tracking was not asked about them */
	uint32_t own_netns;
	struct netns_left_out spaces_left_out;
	bool holders_known;
};

void evidence_store_release(struct evidence_store *store);
/* Forgets all rows but keeps their memory. */
void evidence_store_clear(struct evidence_store *store);

/* Each copies the row. 0 or -ENOMEM; beyond a limit 0, counted in left_out. */
int evidence_store_socket(struct evidence_store *store, const struct socket_detail *row);
int evidence_store_holder(struct evidence_store *store, const struct evidence_holder *row);
int evidence_store_process(struct evidence_store *store, const struct evidence_process *row);
int evidence_store_space(struct evidence_store *store, const struct evidence_space *row);
int evidence_store_event(struct evidence_store *store, const struct evidence_event *row);

/* Once all sockets and holders are there: each socket gets its first holder. 0 or -ENOMEM. */
int evidence_store_join(struct evidence_store *store);

/* Orders the sockets by cookie, for evidence_store_find(). */
void evidence_store_by_cookie(struct evidence_store *store);
/* NULL: not there, or the cookie is 0. */
const struct socket_detail *evidence_store_find(const struct evidence_store *store,
						uint64_t cookie);

/* Once they are lent, so in the order of their numbers; NULL: not there. */
struct evidence_process *evidence_store_process_of(const struct evidence_store *store,
						   uint32_t pid);

/* Lends the arrays, in their order. */
void evidence_store_lend(struct evidence_store *store, struct evidence *ret_evidence);

#endif
