/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which rule of nf_tables drops the packets of a connect: a trace is set in the namespace where
 * netfilter dropped one, for that packet alone, until the next one has come there.
 */
#ifndef EVIDENCE_RULE_TRACES_H
#define EVIDENCE_RULE_TRACES_H

#include "netlink/nft_trace.h"
#include "netstate/stall.h"

#define RULE_TRACES_MAX 16 /* at a time: each is a table, and two sockets */
#define RULE_TRACE_IDS 16  /* a packet has another number at each hook, at most */

struct netns_switch;

struct rule_trace {
	uint64_t cookie; /* of the connect; 0: none */
	uint32_t isn, netns;
	uint64_t until_ns; /* it ends at the latest; CLOCK_MONOTONIC */
	struct nft_trace nft;
	uint32_t ids[RULE_TRACE_IDS]; /* the packet's */
	unsigned int id_count;
	bool broken;		      /* events were lost since it began */
	uint8_t state;		      /* enum stall_rule_state: of `event` */
	struct nft_trace_event event; /* what dropped it */
};

struct rule_traces {
	bool wanted; /* --trace-rules */
	unsigned int opened;
	uint64_t text_ns; /* no rule's text is asked for before; CLOCK_MONOTONIC */
	struct rule_trace list[RULE_TRACES_MAX];
};

/* Reads the connect's trace, or sets one where it wants one. True: news. */
bool rule_traces_collect(struct rule_traces *traces, struct netns_switch *netns, uint32_t isn,
			 struct stall *stall);

/* Of a connect that is over, or is not followed any more. */
void rule_traces_end(struct rule_traces *traces, uint32_t isn);

/* Ends those whose packet did not come. Returns when to call again; UINT64_MAX: there are none. */
uint64_t rule_traces_expire(struct rule_traces *traces, uint64_t now_ns);

void rule_traces_release(struct rule_traces *traces);

#endif
