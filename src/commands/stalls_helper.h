/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What stalls needs privileges for once its programs are attached: a helper process that keeps them
 * does it on request, and the process that decodes, judges and prints has none. Where the helper could not
 * be started stalls does it itself.
 */
#ifndef COMMANDS_STALLS_HELPER_H
#define COMMANDS_STALLS_HELPER_H

#include <stdbool.h>
#include <stdint.h>

#include "commands/trace_summary.h"
#include "evidence/socket_owner.h"
#include "evidence/sources.h"
#include "namespaces/left_out.h"
#include "netstate/event.h"
#include "privilege/helper.h"

struct attempt;
struct lookups;

#define STALLS_HELD_SLOTS 256

struct stalls_helper {
	struct helper *helper; /* NULL: none */
	struct evidence_sources *evidence;
	struct lookups *lookups;
	/* of the process that asks */
	unsigned int ahead;	  /* connects whose answers are to come */
	struct helper_answer own; /* without a helper: the one */
	struct {
		uint32_t netns;
		uint64_t until_ns; /* not asked to hold it again before */
	} held[STALLS_HELD_SLOTS];
	bool needed;	    /* the hooks on the packet path, as asked for last */
	uint64_t arming_ns; /* when to ask again; 0: at once */
	uint64_t ipv6_ns;   /* when IPv6 was reported last */
	uint64_t expire_ns; /* not asked before what namespaces can be let go */
};

/* Starts the helper and gives this process's privileges up. */
void stalls_helper_start(struct stalls_helper *helper, struct evidence_sources *evidence,
			 struct lookups *lookups);
void stalls_helper_stop(struct stalls_helper *helper);

/*
 * socket_read(), and where the socket is in SYN_SENT socket_follow() and connect_collect(). Each
 * stalls_helper_inspected() answers the oldest question that has no answer yet: 0 or -errno. False:
 * too many questions are under way, or the helper is gone and later calls fail as well.
 */
struct stalls_inspected; /* commands/stalls_answers.h */
bool stalls_helper_has_room(const struct stalls_helper *helper);
bool stalls_helper_inspect_ahead(struct stalls_helper *helper, const struct attempt *attempt,
				 bool follow);
int stalls_helper_inspected(struct stalls_helper *helper, struct stalls_inspected *ret_inspected);
void stalls_helper_unfollow(struct stalls_helper *helper, uint32_t isn);
void stalls_helper_collect_end(struct stalls_helper *helper, struct stall *stall);

/* A connect begins: its namespace is held, ICMPv6 errors are seen where it needs that. */
void stalls_helper_begins(struct stalls_helper *helper, const struct event *event);
/* netns_switch_hold_seen(), netns_switch_expire(), hooks_arming_turn() */
void stalls_helper_hold_seen(struct stalls_helper *helper);
uint64_t stalls_helper_expire(struct stalls_helper *helper, uint64_t now_ns);
int stalls_helper_arm(struct stalls_helper *helper, bool needed, uint64_t now_ns,
		      uint64_t *ret_next_ns);

/* Listeners of every namespace, and their half-open connections where one has some. *ret_left: what
 * could not be read. */
void stalls_helper_listeners(struct stalls_helper *helper, stall_record_fn handle, void *context,
			     struct netns_left_out *ret_left);
/* socket_owner_find(), of STALLS_OWNERS_MAX rows at most. */
#define STALLS_OWNERS_MAX 64
void stalls_helper_owners(struct stalls_helper *helper, struct socket_owner_row *rows,
			  size_t count);

/* Without BPF: evidence->polled becomes a new reading of the sockets in SYN_SENT, with their owners. 0 or
 * -errno, with the reading before still there. */
int stalls_helper_look(struct stalls_helper *helper, bool refresh);

/* 0 or -errno. */
int stalls_helper_account(struct stalls_helper *helper, struct trace_account *ret_account);

#endif
