/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What live asks of its helper, and the parts in which that answers. */
#ifndef COMMANDS_LIVE_PARTS_H
#define COMMANDS_LIVE_PARTS_H

#include <stdint.h>

#include "commands/lookups.h"
#include "table/verify_source.h"

enum live_question {
	LIVE_PASS = LOOKUP_KINDS, /* index: enum table_pass, number: with details */
	LIVE_PROCESSES,		  /* data: numbers of processes */
	LIVE_TOUCHED,
	LIVE_SKIPPED,
	LIVE_CHORE, /* index: enum tracer_chore */
	LIVE_VERIFY,
	LIVE_VERIFY_ROWS,
	LIVE_DUMP, /* a descriptor of --dump's file */
};

/* helper_answer.number; its data are as many of these as fit. */
enum live_part {
	LIVE_ROWS,	   /* struct listed_connection */
	LIVE_UNREAD,	   /* struct live_unread */
	LIVE_OWNERS_BEGIN, /* nothing */
	LIVE_OWNERS_OF,	   /* uint32_t */
	LIVE_HELD,	   /* struct held_socket */
	LIVE_OWNERS_END,   /* nothing */
	LIVE_BETWEEN,	   /* nothing; waits */
	LIVE_MISSED,	   /* uint32_t */
	LIVE_UNREACHABLE,  /* uint32_t */
};

struct live_unread {
	uint32_t netns;
	uint32_t gone;
};

/* The last of LIVE_VERIFY. */
struct live_verified {
	uint64_t count;
	uint32_t way, list; /* enum verify_way, enum verify_list */
	uint32_t unlisted;
	uint32_t pad;
};

#endif
