/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Situations that connection tracking decides, their healthy neighbours, and the verdict that each must get. */
#ifndef UNIT_DIAGNOSIS_CASES_TRACKING_H
#define UNIT_DIAGNOSIS_CASES_TRACKING_H

#include <linux/netfilter.h>

#include "unit/diagnosis/situation.h"

#define DROP_AT (START + 2 * S)
/* netfilter's own drop, by something else than a rule of nftables */
#define HOOKED(at, own, seen, n)                                                                   \
	.drop_count = 1, .drops = {{.reason = "NETFILTER_DROP",                                    \
				    .location = "nf_hook_slow",                                    \
				    .what = STALL_SYN,                                             \
				    .where = STALL_##at,                                           \
				    .identity = STALL_ORIGINAL,                                    \
				    .tracked = STALL_KNOWN_##seen,                                 \
				    .last_ns = DROP_AT,                                            \
				    .own_namespace = own,                                          \
				    .netns = (own) ? HERE : THERE,                                 \
				    .from = PORT(9, 5000),                                         \
				    .to = PORT(2, 80),                                             \
				    .count = (n)}}
#define COUNTS(used, drops, failed)                                                                \
	{                                                                                          \
		.entries = (used), .max = 100, .drop = (drops), .insert_failed = (failed)          \
	}
#define ALONE .rules_before = STALL_KNOWN_NO
#define TABLE(where, used, drops, failed) TABLE_AT(DROP_AT, where, used, drops, failed)
#define TABLE_AT(when, where, used, drops, failed)                                                 \
	.netns = (where), .from = PORT(1, 4000), .to = PORT(2, 80), .seen_ns = (when),             \
	.asked_ns = NOW, .before_ns = START, .before = COUNTS(90, 7, 3),                           \
	.now = COUNTS(used, drops, failed)
#define TRACKED(...) .tracking_count = 1, .trackings = {{__VA_ARGS__}}
#define OWN_ENTRY(to_nat) OWN_ENTRY_AT(DROP_AT, to_nat)
#define OWN_ENTRY_AT(when, to_nat)                                                                 \
	TABLE_AT(when, THERE, 9, 7, 3), .entry = STALL_KNOWN_YES, .nat_from = PORT(1, 4000),       \
					.nat_to = PORT(to_nat, 80)
#define OTHER_GOES(to_nat)                                                                         \
	.other_nat_from = PORT(1, 4002), .other_nat_to = PORT(to_nat, 80), .other_ns = START + S

static const struct situation tracking_cases[] = {
	{"the table is full where it came in",
	 "conntrack_full",
	 "100 entries of at most 100; it dropped 2 packets",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, HOOKED(PREROUTING, false, NO, 2),
	  TRACKED(TABLE(THERE, 100, 9, 3), .full_ns = NOW, ALONE)}},
	{"the table is full, and nobody asked for chains before it",
	 "conntrack_full",
	 "connection tracking itself dropped it",
	 STALL_CONFIDENCE_LOW,
	 {SENT_AGAIN, HOOKED(PREROUTING, false, NO, 2),
	  TRACKED(TABLE(THERE, 100, 9, 3), .full_ns = NOW)}},
	{"the table is full, and a rule before it may have dropped it",
	 "conntrack_full",
	 "there are chains before it",
	 STALL_CONFIDENCE_LOW,
	 {SENT_AGAIN, HOOKED(PREROUTING, false, NO, 2),
	  TRACKED(TABLE(THERE, 100, 9, 3), .full_ns = NOW, .rules_before = STALL_KNOWN_YES)}},
	{"... and a trace names that rule",
	 "dropped_forward",
	 "rule with handle 7 of chain raw, table ip fw",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, HOOKED(PREROUTING, false, NO, 2),
	  TRACKED(TABLE(THERE, 100, 9, 3), .full_ns = NOW, .rules_before = STALL_KNOWN_YES),
	  .rule = {STALL_RULE_DROPPED, NFPROTO_IPV4, STALL_SYN, .netns = THERE, .handle = 7,
		   .table = "fw", .chain = "raw"}}},
	{"... and a trace came to no rule",
	 "conntrack_full",
	 "no rule and no policy",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, HOOKED(PREROUTING, false, NO, 2),
	  TRACKED(TABLE(THERE, 100, 9, 3), .full_ns = NOW),
	  .rule = {.state = STALL_RULE_NONE, .what = STALL_SYN, .netns = THERE}}},
	{"the table is full at home",
	 "conntrack_full",
	 "connection tracking there is full",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, HOOKED(OUTPUT, true, NO, 2),
	  TRACKED(TABLE(HERE, 100, 9, 3), .full_ns = NOW, ALONE)}},
	{"the table is nearly full, and a rule drops",
	 "dropped_forward",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, HOOKED(PREROUTING, false, NO, 2), TRACKED(TABLE(THERE, 99, 9, 3))}},
	{"the table is full, and a rule drops what it had let in",
	 "dropped_forward",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, HOOKED(PREROUTING, false, YES, 2),
	  TRACKED(TABLE(THERE, 100, 9, 3), .full_ns = NOW)}},
	{"the table is full, and a rule before it drops: its own drops did not rise",
	 "dropped_forward",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, HOOKED(PREROUTING, false, NO, 2),
	  TRACKED(TABLE(THERE, 100, 7, 3), .full_ns = NOW)}},
	{"the drops that rose are clashes of others",
	 "dropped_forward",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, HOOKED(PREROUTING, false, NO, 2),
	  TRACKED(TABLE(THERE, 100, 9, 5), .full_ns = NOW)}},
	{"the table was full before the drop only",
	 "dropped_forward",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, HOOKED(PREROUTING, false, NO, 2),
	  TRACKED(TABLE(THERE, 90, 9, 3), .full_ns = START + S)}},
	{"a full table, and a rule of nftables",
	 "dropped_forward",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, DROP(SYN, PREROUTING, false, "NETFILTER_DROP", "nft_do_chain"),
	  TRACKED(TABLE(THERE, 100, 9, 3), .full_ns = NOW)}},

	{"NAT gave it what another has",
	 "nat_no_port",
	 "NAT there gave it 10.0.0.9:5000 -> 10.0.0.2:80, which is taken",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, HOOKED(FORWARD, false, YES, 2),
	  TRACKED(TABLE(THERE, 9, 9, 5), .taken = STALL_KNOWN_YES, .taken_ns = NOW,
		  .taken_from = PORT(9, 5000), .taken_to = PORT(2, 80),
		  .holder_from = PORT(3, 4444), .holder_to = PORT(2, 80), .holder_pid = 7,
		  .holder_comm = "nginx")}},
	{"insertions of others failed, and a rule drops",
	 "dropped_forward",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, HOOKED(FORWARD, false, YES, 2),
	  TRACKED(TABLE(THERE, 9, 9, 5), .taken = STALL_KNOWN_NO, .taken_ns = NOW)}},
	{"what was taken for an earlier SYN",
	 "dropped_forward",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, HOOKED(FORWARD, false, YES, 2),
	  TRACKED(TABLE(THERE, 9, 9, 5), .taken = STALL_KNOWN_YES, .taken_ns = START + S)}},

	{"an entry older than the rule",
	 "nat_stale_entry",
	 "SYNs leave network namespace 2000 untranslated, to 10.0.0.2:80, by the conntrack entry [UNREPLIED]",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, TRACKED(OWN_ENTRY(2), .other = STALL_OTHER_LATER, OTHER_GOES(5))}},
	{"an entry that outlived its rule",
	 "nat_stale_entry",
	 "a connect that began 1.0 s later, from and to the same address, went untranslated",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, TRACKED(OWN_ENTRY(5), .other = STALL_OTHER_LATER, OTHER_GOES(2))}},
	{"an entry as the rules have it, by others that may be older than a rule that went",
	 "nat_stale_entry",
	 "when it began is not known",
	 STALL_CONFIDENCE_LOW,
	 {SENT_AGAIN, TRACKED(OWN_ENTRY(2), .other = STALL_OTHER_SOME, OTHER_GOES(5))}},
	{"a balancer sent the next one to another server",
	 "no_answer",
	 "NAT in network namespace 2000: the SYN goes translated to 10.0.0.4:80",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, TRACKED(OWN_ENTRY(4), .other = STALL_OTHER_LATER, OTHER_GOES(5))}},
	{"an unanswered entry that is right",
	 "no_answer",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, TRACKED(OWN_ENTRY(2))}},
	{"an answered entry",
	 "no_answer",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN,
	  TRACKED(OWN_ENTRY(2), .replied = true, .other = STALL_OTHER_LATER, OTHER_GOES(5))}},
	{"an old entry, and a rule of its namespace that drops",
	 "dropped_forward",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, DROP(SYN, FORWARD, false, "NETFILTER_DROP", "nft_do_chain"),
	  TRACKED(OWN_ENTRY(2), .other = STALL_OTHER_LATER, OTHER_GOES(5))}},
	{"an old entry where the last SYN did not come any more",
	 "no_answer",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN,
	  TRACKED(OWN_ENTRY_AT(START + S, 2), .other = STALL_OTHER_LATER, OTHER_GOES(5))}},
};

#endif
