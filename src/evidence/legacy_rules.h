/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tables of iptables-legacy, of which nf_tables knows nothing. */
#ifndef EVIDENCE_LEGACY_RULES_H
#define EVIDENCE_LEGACY_RULES_H

#include <stdbool.h>

/* The thread's network namespace has this table, for IPv4 or IPv6; NULL: any. */
bool legacy_rules_have(const char *table);
bool legacy_rules_have_of(bool ipv6, const char *table);

#endif
