/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which packet of a connect a trace of nf_tables should follow, and what its answer says. Pure. */
#ifndef DIAGNOSIS_TRACED_RULE_H
#define DIAGNOSIS_TRACED_RULE_H

#include "netstate/stall.h"

struct rule_subject {
	uint32_t netns;
	uint8_t what;		  /* STALL_SYN or STALL_SYNACK */
	struct endpoint from, to; /* as it comes into that namespace; port 0: not known */
	uint32_t ifindex;	  /* the device that it was dropped at; 0: not known */
};

/* netfilter dropped it last, and which rule did is not known. */
bool traced_rule_wanted(const struct stall *stall, uint64_t now_ns,
			struct rule_subject *ret_subject);

/* The trace was set for the packets of this drop, in its namespace. NULL: it was not. */
const struct stall_rule *traced_rule_of(const struct stall *stall, const struct stall_drop *drop);

/* A rule or a policy of nf_tables is known to have dropped the packets of this drop. */
bool traced_rule_decided(const struct stall *stall, const struct stall_drop *drop);

#endif
