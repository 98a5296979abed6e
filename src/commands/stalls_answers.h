/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The closed list of questions that stalls asks its helper process, and their answers. */
#ifndef COMMANDS_STALLS_ANSWERS_H
#define COMMANDS_STALLS_ANSWERS_H

#include "commands/lookups.h"
#include "commands/stalls_helper.h"
#include "netstate/stall_kept.h"
#include "privilege/helper.h"

enum stalls_question {
	STALLS_SOCKET = LOOKUP_KINDS, /* number: struct sock, data: its cookie */
	STALLS_FOLLOW,		      /* data: struct wire_stall_sock */
	STALLS_UNFOLLOW,	      /* index: sequence number */
	STALLS_COLLECT,		      /* data: struct stalls_about */
	STALLS_COLLECT_END,	      /* the same, without its socket */
	STALLS_IPV6,
	STALLS_ARM,	  /* index: needed */
	STALLS_HOLD,	  /* number: namespace, index: process, data: its descriptor */
	STALLS_HOLD_SEEN, /* those in which connects began */
	STALLS_EXPIRE,
	STALLS_LISTENERS,
	STALLS_OWNERS, /* data: struct socket_owner_row, up to STALLS_OWNERS_MAX */
	STALLS_CHORE,  /* index: enum tracer_chore */
	STALLS_ACCOUNT,
};

/* One connect: its socket as it was read, what is known of it. */
struct stalls_about {
	struct wire_stall_sock sock;
	struct stall_kept kept;
};

struct stalls_armed {
	uint64_t next_ns;
	int32_t err;
	struct stall_senses senses;
};

/* helper_handler; `context`: struct stalls_helper */
void stalls_answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer);

#endif
