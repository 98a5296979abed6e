/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rule of nf_tables that drops a connect's packets. */
#ifndef NETSTATE_STALL_RULE_H
#define NETSTATE_STALL_RULE_H

#include <stdbool.h>
#include <stdint.h>

/* What a trace of nf_tables showed of the rule that drops the SYN, or its answer (--trace-rules). */
enum stall_rule_state {
	STALL_RULE_NOT_TRACED,
	STALL_RULE_AWAITED, /* a trace is set: the next SYN decides */
	STALL_RULE_DROPPED, /* this rule's verdict */
	STALL_RULE_QUEUED,  /* ... which hands it to a program (queue) */
	STALL_RULE_POLICY,  /* no rule's: this base chain's policy */
	STALL_RULE_NONE,    /* it was traced and dropped, and no rule of nf_tables did it */
	STALL_RULE_MISSED,  /* it was dropped before it came to the hooks where the trace begins */
	STALL_RULE_FAILED,  /* it cannot be traced: err */
};

#define STALL_RULE_NAME_SIZE 48
#define STALL_RULE_TEXT_SIZE 152

struct stall_rule {
	uint8_t state;	/* enum stall_rule_state */
	uint8_t family; /* of the table, NFPROTO_* */
	uint8_t what;	/* enum stall_what: the packet that is traced */
	bool legacy;	/* its namespace has rules of iptables-legacy, which are not traced */
	int32_t err;	/* positive errno: of the trace, or why there is no text */
	uint32_t netns; /* where */
	uint64_t handle;
	uint64_t begin_ns;
	char table[STALL_RULE_NAME_SIZE], chain[STALL_RULE_NAME_SIZE];
	char text[STALL_RULE_TEXT_SIZE]; /* in nft's language; "": not known */
};

#endif
