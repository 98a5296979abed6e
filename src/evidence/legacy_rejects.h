/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which rules of iptables-legacy in the thread's network namespace reject with a TCP reset. */
#ifndef EVIDENCE_LEGACY_REJECTS_H
#define EVIDENCE_LEGACY_REJECTS_H

#include "netlink/nft_rejects.h"

/* As nft_rejects_ask(); the handle is the rule's number in its chain, from 1. Only the table filter may have such rules
 * (xt_REJECT's own check). */
int legacy_rejects_ask(bool ipv6, unsigned int *ret_count, struct nft_reject_rule *ret_first);

#endif
