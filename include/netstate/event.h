/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An event: a decoded and checked wire record. What views print and the connection table applies.
 */
#ifndef NETSTATE_EVENT_H
#define NETSTATE_EVENT_H

#include <stdint.h>

#include "netstate/flow.h"
#include "netstate/timeout.h"

#define EVENT_NS_UNKNOWN UINT64_MAX

enum event_kind {
	EVENT_STATE = 1,
	EVENT_CONNECT = 2,
	EVENT_ACCEPT = 3,
	EVENT_GAP = 4,
	EVENT_BIND = 5, /* a failed call, as EVENT_LISTEN */
	EVENT_LISTEN = 6,
	EVENT_KIND_MAX,
};

/* struct event.evidence; numbers as WIRE_SEEN_* */
#define EVENT_SEEN_FIN 1
#define EVENT_SEEN_RST_SENT 2
#define EVENT_SEEN_DEAD 4
#define EVENT_SEEN_MINISOCKET 8
#define EVENT_SEEN_SUBSTATE_FIN_WAIT2 16
#define EVENT_SEEN_ACTED 32    /* `closer` made this transition; else an earlier one */
#define EVENT_SEEN_RELEASED 64 /* its last descriptor is closed at this transition */

struct event {
	uint8_t kind;	   /* enum event_kind */
	uint8_t old_state; /* state events: enum tcp_state */
	uint8_t new_state; /* TIME_WAIT where the kernel said CLOSE but EVENT_SEEN_MINISOCKET is in
			      the evidence */
	uint8_t evidence;  /* state events: EVENT_SEEN_* */
	uint8_t told_address; /* connect: remote, bind: local is what the caller's memory held */
	uint8_t no_syn;	      /* connect that failed: 1 where its socket has never made a SYN */
	uint8_t by_io_uring;  /* connect, accept: 1 where io_uring made the call */
	int32_t err;	      /* positive errno; 0: none. State events carry one only at -> CLOSE */
	int32_t ret;	      /* calls: what was returned */
	int32_t fd;	      /* calls: the connection's or the socket's descriptor; -1: none */
	uint64_t ktime_ns;    /* CLOCK_MONOTONIC */
	uint64_t after_ns;    /* state: time in old_state; EVENT_NS_UNKNOWN */
	uint64_t latency_ns;  /* connect, accept; EVENT_NS_UNKNOWN */
	uint64_t lost;	      /* gap: records lost */
	struct flow flow;     /* gap: all zero */
	uint32_t closer_uid;
	/* state: who last closed it or shut it down. bind, listen: who is in the way. pid 0: nobody
	 * known */
	struct actor closer;
	uint8_t blocker_state; /* bind, listen: enum tcp_state of what is in the way; 0: not known */
	struct endpoint blocker_end; /* its local address and port */
	struct timeout timeout;	     /* state: at -> CLOSE, why the kernel gave up */
};

/* "state", "connect", "accept", "gap", "bind", "listen"; NULL for numbers that are none. */
const char *event_kind_name(unsigned int kind);

#endif
