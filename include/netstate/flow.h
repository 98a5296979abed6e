/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who talks to whom: the part that an event and a connection have in common, and that filters and
 * fields look at. */
#ifndef NETSTATE_FLOW_H
#define NETSTATE_FLOW_H

#include <stdint.h>

#include "netstate/endpoint.h"

#define FLOW_COMM_SIZE 17 /* TASK_COMM_LEN and a NUL: always terminated, any other bytes */

/* Where the owner was learnt; the words are in JSON's "owner". Numbers as WIRE_OWNER_*. */
enum flow_owner {
	FLOW_OWNER_NONE,
	FLOW_OWNER_CONNECT,
	FLOW_OWNER_LISTEN,
	FLOW_OWNER_ACCEPT,
	FLOW_OWNER_INHERITED,
	FLOW_OWNER_SCAN,
	FLOW_OWNER_CLOSE, /* it closed the last descriptor: nobody holds the socket any more */
	FLOW_OWNER_MAX,
};

enum flow_protocol {
	FLOW_PROTOCOL_TCP,
	FLOW_PROTOCOL_MPTCP,
	FLOW_PROTOCOL_UDP, /* of events, binds and listens that fail alone */
	FLOW_PROTOCOL_RAW, /* from here on: no events, only `list` */
	FLOW_PROTOCOL_UNIX,
	FLOW_PROTOCOL_MAX,
};

/* A process that did something to a socket. pid 0: not known, or no process did. */
struct actor {
	uint32_t pid;
	char comm[FLOW_COMM_SIZE];
};

struct flow {
	uint64_t cookie;    /* 0: the socket never got one */
	uint64_t sock;	    /* kernel address; only to distinguish sockets without a cookie */
	uint64_t cgroup_id; /* 0: not known */
	struct endpoint local;
	struct endpoint remote;
	uint32_t netns; /* inode number; 0: not known */
	uint32_t uid;
	uint32_t pid; /* 0: no owner known; comm is empty then */
	char comm[FLOW_COMM_SIZE];
	uint8_t family;	  /* AF_INET or AF_INET6; AF_UNIX: it has no ends; 0: not known */
	uint8_t protocol; /* enum flow_protocol */
	uint8_t owner;	  /* enum flow_owner */
};

static inline int flow_is_tcp(const struct flow *flow)
{
	return flow->protocol == FLOW_PROTOCOL_TCP || flow->protocol == FLOW_PROTOCOL_MPTCP;
}

/* Distinguishes a socket from all others that exist at that moment. */
static inline uint64_t flow_identity(const struct flow *flow)
{
	return flow->cookie ? flow->cookie : flow->sock;
}

/* A process that has a descriptor of the socket, as far as is known. */
static inline int flow_is_held(const struct flow *flow)
{
	return flow->owner != FLOW_OWNER_NONE && flow->owner != FLOW_OWNER_INHERITED &&
	       flow->owner != FLOW_OWNER_CLOSE;
}

/* "connect", "listen", ... ; NULL for FLOW_OWNER_NONE and for numbers that are none. */
const char *flow_owner_name(unsigned int owner);

/* "tcp", "mptcp"; NULL for numbers that are none. */
const char *flow_protocol_name(unsigned int protocol);

#endif
