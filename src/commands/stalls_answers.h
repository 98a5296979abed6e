/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The closed list of questions that stalls asks its helper process, and their answers. */
#ifndef COMMANDS_STALLS_ANSWERS_H
#define COMMANDS_STALLS_ANSWERS_H

#include "commands/lookups.h"
#include "commands/stalls_helper.h"
#include "netstate/stall_kept.h"
#include "privilege/helper.h"

enum stalls_question {
	/* A connect that hangs. number: struct sock, index: STALLS_WANT_FOLLOW or 0, data: struct
	 * stalls_about; the answer: struct stalls_inspected */
	STALLS_INSPECT = LOOKUP_KINDS,
	STALLS_UNFOLLOW,    /* index: sequence number */
	STALLS_COLLECT_END, /* data: struct stalls_about; the answer: struct stall */
	STALLS_IPV6,
	STALLS_ARM,	  /* index: needed */
	STALLS_HOLD,	  /* number: namespace, index: process, data: its descriptor */
	STALLS_HOLD_SEEN, /* those in which connects began */
	STALLS_EXPIRE,
	STALLS_LISTENERS,
	STALLS_OWNERS, /* data: struct socket_owner_row, up to STALLS_OWNERS_MAX */
	STALLS_CHORE,  /* index: enum tracer_chore */
	STALLS_ACCOUNT,
	/* Without BPF: the sockets that sock_diag has in SYN_SENT. index: new namespaces are looked for
	 * first; parts with struct stalls_looked, then the answer's number: namespaces not read */
	STALLS_LOOK,
};

struct stalls_looked {
	struct wire_stall_sock sock;
	struct socket_owner_row owner;
};

#define STALLS_WANT_FOLLOW 1

/* One connect: what is known of it. */
struct stalls_about {
	uint64_t cookie; /* STALLS_INSPECT */
	struct stall_kept kept;
};

/* Its socket as it stands now. The rest means something where that is in SYN_SENT. */
struct stalls_inspected {
	struct wire_stall_sock sock;
	struct stall stall;
	bool followed; /* its packets are, as was wanted; a socket without a SYN has none yet */
	bool refused;  /* they should be, but the table of those is full */
	bool news;     /* the evidence changed */
};

struct stalls_armed {
	uint64_t next_ns;
	int32_t err;
	struct stall_senses senses;
};

/* What STALLS_LOOK asks for, without a helper. */
int stalls_look(struct evidence_sources *evidence, bool refresh);

/* helper_handler; `context`: struct stalls_helper */
void stalls_answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer);

#endif
