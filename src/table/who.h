/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Everything that has a port, an address, a process or a cookie -> struct who_socket. */
#ifndef TABLE_WHO_H
#define TABLE_WHO_H

#include "netstate/who.h"
#include "table/source.h"
#include "table/who_processes.h"

/* What is asked for; 0 where nothing. */
struct who_question {
	struct endpoint end; /* the local one, or with `whole` either one */
	bool whole;	     /* address and port; else the port alone */
	uint64_t number;     /* process or cookie */
	uint32_t netns;
};

struct who_answer {
	struct who_socket *list; /* by role, port, process */
	size_t count, room;
	struct who_processes processes; /* of all sockets */
	bool bound_unknown;		/* bound and UDP sockets could not be read */
	struct netns_left_out left_out;
	bool denied;		/* some process could not be looked into */
	uint64_t left_out_rows; /* connections that were not looked at: the table was full */
	size_t row_limit;
};

/* ":PORT", "ADDRESS:PORT", "[ADDRESS]:PORT", a link-local address with %DEVICE too, "" without. 0 or
 * -EINVAL. Pure. */
int who_parse_end(const char *text, struct endpoint *ret_end, bool *ret_whole,
		  char ret_device[WHO_DEVICE_MAX]);
/* It is one of the socket's ends; a socket that takes every address has this one, too. Pure. */
bool who_has_end(const struct flow *flow, const struct endpoint *end);

/* `source` is open. 0 or -errno; to be released in any case. */
int who_ask(struct table_source *source, const struct who_question *question,
	    struct who_answer *ret_answer);
void who_answer_release(struct who_answer *answer);

#endif
