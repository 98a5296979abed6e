/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One finding of `netstate explain`: what is so, how sure, since when, how much, what to do. */
#ifndef NETSTATE_FINDING_H
#define NETSTATE_FINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "netstate/flow.h"

#define FINDING_TEXT_SIZE 256
#define FINDING_LINES_MAX 16
#define FINDING_CONNECTIONS_MAX 8 /* that are named; `count` has them all */

/* Words, in this order of the table in src/findings/kinds.c; append-only: recordings name them. */
enum finding_kind {
	FINDING_NONE,
	/* listeners */
	FINDING_LISTENING,
	FINDING_ACCEPT_QUEUE_FULL,
	FINDING_NEVER_ACCEPTED,
	FINDING_LISTENER_STOPPED,
	FINDING_DESCRIPTORS_USED_UP,
	FINDING_HALF_OPEN_FLOOD,
	FINDING_REUSEPORT_DEAD_MEMBER,
	/* CLOSE_WAIT */
	FINDING_CLOSE_WAIT,
	FINDING_CLOSE_WAIT_LEAK,
	FINDING_CLOSE_WAIT_INHERITED,
	FINDING_CLOSE_WAIT_STOPPED,
	FINDING_HALF_CLOSED,
	/* the ends of a connection */
	FINDING_CLOSING,
	FINDING_CLOSING_UNACKNOWLEDGED,
	FINDING_CLOSING_ZERO_WINDOW,
	FINDING_FIN_WAIT2_ORPHAN,
	FINDING_FIN_WAIT2_HELD,
	FINDING_TIME_WAIT,
	/* ESTABLISHED */
	FINDING_UNACKNOWLEDGED,
	FINDING_DROPPED_HERE,
	FINDING_MTU_BLACK_HOLE,
	FINDING_PEER_GONE,
	FINDING_CONNTRACK_FORGOT,
	FINDING_ZERO_WINDOW,
	FINDING_RECEIVER_DOES_NOT_READ,
	FINDING_KEEPALIVE_UNANSWERED,
	FINDING_IDLE,
	FINDING_IDLE_NO_KEEPALIVE,
	FINDING_MOVING,
	/* the beginnings */
	FINDING_CONNECTING,
	FINDING_HALF_OPEN,
	/* ends that were watched */
	FINDING_RESET,
	FINDING_KEEPALIVE_KILLED,
	FINDING_USER_TIMEOUT_KILLED,
	FINDING_TIMED_OUT,
	/* a process, a namespace, the machine */
	FINDING_PROXY_PAIR,
	FINDING_PORTS_RUN_OUT,
	FINDING_TIME_WAIT_LIMIT,
	FINDING_ORPHAN_LIMIT,
	FINDING_CONNTRACK_FULL,
	FINDING_CONNTRACK_DROPS,
	FINDING_SYN_COOKIES,
	FINDING_LISTEN_DROPS,
	FINDING_RETRANSMITS_RISE,
	FINDING_RESETS_RISE,
	FINDING_MEMORY_PRESSURE,
	FINDING_CONNTRACK_UNTRANSLATED,
	FINDING_ACCEPT_FAILS,
	FINDING_KINDS,
};

enum finding_severity {
	FINDING_NOTE, /* as it should be, or of no consequence */
	FINDING_WARN,
	FINDING_CRITICAL, /* connections fail, or soon will */
	FINDING_SEVERITIES,
};

enum finding_confidence {
	FINDING_LOW,
	FINDING_MEDIUM,
	FINDING_HIGH,
	FINDING_CONFIDENCES,
};

/* A number that this grows towards. */
struct finding_limit {
	char name[40]; /* "" : none */
	uint64_t used, max;
	uint64_t eta_ms; /* until it is reached at this rate; UINT64_MAX: not known */
};

struct finding {
	uint16_t kind;	    /* enum finding_kind */
	uint8_t severity;   /* enum finding_severity */
	uint8_t confidence; /* enum finding_confidence */
	uint32_t count;	    /* connections */
	uint32_t netns;	    /* 0: of the machine */
	uint32_t pid;	    /* 0: no process */
	uint64_t since_ms;  /* UINT64_MAX: not known */
	bool since_at_least;
	uint64_t rate_milli; /* connections in 1000 s; 0: not known */
	struct finding_limit limit;
	char comm[FLOW_COMM_SIZE];
	char unit[96];
	char netns_name[48];
	char subject[FINDING_TEXT_SIZE]; /* what it is about: ":80 of python3 (pid 12)" */
	char title[FINDING_TEXT_SIZE];	 /* what is so, one sentence */
	char evidence[FINDING_LINES_MAX][FINDING_TEXT_SIZE];
	uint32_t evidence_count;
	char advice[FINDING_TEXT_SIZE];		       /* one sentence; "" */
	char command[FINDING_TEXT_SIZE];	       /* to paste; "" */
	uint32_t connections[FINDING_CONNECTIONS_MAX]; /* indexes of evidence.sockets */
	uint32_t connection_count;
};

/* Stable word: "close_wait_leak"; NULL for numbers that are none. */
const char *finding_word(unsigned int kind);
/* What it means, one sentence; NULL. */
const char *finding_meaning(unsigned int kind);
const char *finding_severity_name(unsigned int severity);
const char *finding_confidence_name(unsigned int confidence);

#endif
