/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Situations of a connect, and the verdict that each must get. */
#ifndef UNIT_DIAGNOSIS_CASES_H
#define UNIT_DIAGNOSIS_CASES_H

#include <errno.h>
#include <sys/socket.h>

#include "diagnosis/causes.h"
#include "diagnosis/diagnose.h"
#include "diagnosis/facts.h"

#define S UINT64_C(1000000000)
#define START (100 * S)
#define NOW (START + 3 * S)
#define HERE 1000
#define THERE 2000

static const struct stall_senses all_senses = {
	.retransmit = true,
	.retransmit_err = true,
	.drops = true,
	.drop_reason = true,
	.resets = true,
	.errors = true,
	.receive = true,
	.icmp6 = true,
	.reset_sender = true,
};

/* ::ffff:10.0.0.N */
#define V4(n)                                                                                      \
	{                                                                                          \
		.addr = { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = (n) }                        \
	}

#define FLOW                                                                                       \
	.flow = {.netns = HERE, .family = AF_INET, .local = V4(1), .remote = V4(2)},               \
	.start_ns = START
#define BASE FLOW, .connect_ret = STALL_RET_UNKNOWN
#define SENT BASE, .inspected = true, .first_left = true
#define SENT_AGAIN SENT, .retries = 2, .retries_left = 2
#define ENDED(how, error) .end = STALL_##how, .end_ns = NOW, .sk_err = (error)
#define EARLY(error) FLOW, .end = STALL_REFUSED_EARLY, .end_ns = START, .connect_ret = -(error)
#define DROP(w, at, own, why, place)                                                               \
	.drop_count = 1, .drops = {{.reason = why,                                                 \
				    .location = place,                                             \
				    .what = STALL_##w,                                             \
				    .where = STALL_##at,                                           \
				    .own_namespace = own,                                          \
				    .netns = (own) ? HERE : THERE,                                 \
				    .count = 1}}
#define FULL                                                                                       \
	.peer = {.arrived = true,                                                                  \
		 .looked = true,                                                                   \
		 .listening = true,                                                                \
		 .netns = THERE,                                                                   \
		 .queue = 2,                                                                       \
		 .limit = 1,                                                                       \
		 .pid = 7,                                                                         \
		 .comm = "nginx",                                                                  \
		 .was_full = true}

static const struct {
	const char *situation;
	const char *word;
	const char *line; /* must be part of the evidence; NULL: any */
	uint8_t confidence;
	struct stall stall;
} cases[] = {
	/* failed early: each route type, and the errno alone */
	{"no route",
	 "no_route",
	 "ENETUNREACH",
	 STALL_CONFIDENCE_HIGH,
	 {EARLY(ENETUNREACH), .route = STALL_ROUTE_NONE}},
	{"no route, tables not read",
	 "no_route",
	 NULL,
	 STALL_CONFIDENCE_MEDIUM,
	 {EARLY(ENETUNREACH)}},
	{"unreachable route",
	 "route_unreachable",
	 "type unreachable: unreachable 10.9.0.0/16",
	 STALL_CONFIDENCE_HIGH,
	 {EARLY(EHOSTUNREACH), .route = STALL_ROUTE_UNREACHABLE,
	  .route_text = "unreachable 10.9.0.0/16"}},
	{"prohibit route",
	 "route_prohibit",
	 "type prohibit",
	 STALL_CONFIDENCE_HIGH,
	 {EARLY(EACCES), .route = STALL_ROUTE_PROHIBIT}},
	{"the same errno from a policy",
	 "denied",
	 "a route to the destination exists",
	 STALL_CONFIDENCE_HIGH,
	 {EARLY(EACCES), .route = STALL_ROUTE_FOUND}},
	{"the same errno, route not known",
	 "unknown",
	 "EACCES",
	 STALL_CONFIDENCE_NONE,
	 {EARLY(EACCES)}},
	{"blackhole route",
	 "route_blackhole",
	 "type blackhole",
	 STALL_CONFIDENCE_HIGH,
	 {EARLY(EINVAL), .route = STALL_ROUTE_BLACKHOLE}},
	{"the same errno for another reason",
	 "unknown",
	 "EINVAL",
	 STALL_CONFIDENCE_NONE,
	 {EARLY(EINVAL), .route = STALL_ROUTE_FOUND}},
	{"denied by a cgroup program", "denied", "EPERM", STALL_CONFIDENCE_HIGH, {EARLY(EPERM)}},
	{"all ports taken",
	 "ports_exhausted",
	 "held by the connections of curl (pid 9)",
	 STALL_CONFIDENCE_HIGH,
	 {EARLY(EADDRNOTAVAIL), .ports = {.looked = true,
					  .low = 5000,
					  .high = 5009,
					  .used = 10,
					  .time_wait = 9,
					  .pid = 9,
					  .comm = "curl"}}},
	{"ports are left: the address is wrong",
	 "address_not_available",
	 "5 of the 10 local ports",
	 STALL_CONFIDENCE_MEDIUM,
	 {EARLY(EADDRNOTAVAIL), .ports = {.looked = true, .low = 5000, .high = 5009, .used = 5}}},
	{"a failure of a kind not known",
	 "unknown",
	 "ENOBUFS",
	 STALL_CONFIDENCE_NONE,
	 {EARLY(ENOBUFS)}},

	/* it never left */
	{"neighbour entry incomplete, retry busy",
	 "neighbour_unresolved",
	 "INCOMPLETE",
	 STALL_CONFIDENCE_HIGH,
	 {SENT, .in_host = true, .retries = 1, .retries_busy = 1,
	  .neighbour = STALL_NEIGHBOUR_INCOMPLETE}},
	{"neighbour failed, dropped",
	 "neighbour_unresolved",
	 "NEIGH_FAILED",
	 STALL_CONFIDENCE_HIGH,
	 {SENT, .retries = 2, .retries_busy = 2,
	  DROP(SYN, OUTPUT, true, "NEIGH_FAILED", "neigh_invalidate"),
	  ENDED(FAILED, EHOSTUNREACH)}},
	{"IPv6 neighbour failed: the place says it",
	 "neighbour_unresolved",
	 "neigh_invalidate",
	 STALL_CONFIDENCE_HIGH,
	 {SENT, .retries = 2, .retries_busy = 2,
	  DROP(SYN, OUTPUT, true, "NOT_SPECIFIED", "neigh_invalidate"),
	  ENDED(FAILED, EHOSTUNREACH)}},
	{"neighbour bad, but the SYNs left before",
	 "no_answer",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, .neighbour = STALL_NEIGHBOUR_FAILED}},
	{"this host tells itself",
	 "neighbour_unresolved",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT, .in_host = true, .retries = 2, .retries_busy = 2,
	  .neighbour = STALL_NEIGHBOUR_FAILED,
	  .icmp = {.family = AF_INET, .type = 3, .code = 1, .from = V4(1)},
	  ENDED(FAILED, EHOSTUNREACH)}},
	{"a router says the same",
	 "icmp_rejected",
	 "ICMP type 3 code 1 (host unreachable) from 10.0.0.9",
	 STALL_CONFIDENCE_HIGH,
	 {SENT, .icmp = {.family = AF_INET, .type = 3, .code = 1, .from = V4(9)},
	  ENDED(FAILED, EHOSTUNREACH)}},
	{"it lies here for a reason not known",
	 "unknown",
	 "EBUSY",
	 STALL_CONFIDENCE_NONE,
	 {SENT, .in_host = true, .retries = 1, .retries_busy = 1,
	  .neighbour = STALL_NEIGHBOUR_GOOD}},

	/* dropped on the way out */
	{"nft on output",
	 "dropped_output",
	 "SYN dropped on output 1 time: NETFILTER_DROP at nft_do_chain",
	 STALL_CONFIDENCE_HIGH,
	 {BASE, .inspected = true, .retries = 1, .retries_denied = 1,
	  DROP(SYN, OUTPUT, true, "NETFILTER_DROP", "nft_do_chain")}},
	{"cgroup on output",
	 "dropped_output",
	 "BPF_CGROUP_EGRESS",
	 STALL_CONFIDENCE_HIGH,
	 {BASE, .inspected = true, .retries = 1, .retries_denied = 1,
	  DROP(SYN, OUTPUT, true, "BPF_CGROUP_EGRESS", "ip_finish_output")}},
	{"qdisc",
	 "dropped_output",
	 "QDISC_DROP",
	 STALL_CONFIDENCE_HIGH,
	 {BASE, .inspected = true, .retries = 1, .retries_congested = 1,
	  DROP(SYN, OUTPUT, true, "QDISC_DROP", "__dev_queue_xmit")}},
	{"EPERM at the retry, the drop not seen",
	 "dropped_output",
	 "EPERM",
	 STALL_CONFIDENCE_MEDIUM,
	 {BASE, .inspected = true, .retries = 1, .retries_denied = 1}},
	{"the first SYN did not go, no more is known",
	 "dropped_output",
	 "did not leave",
	 STALL_CONFIDENCE_LOW,
	 {BASE, .inspected = true}},
	{"not inspected: nothing is known", "unknown", NULL, STALL_CONFIDENCE_NONE, {BASE}},

	/* dropped elsewhere on this host */
	{"forward chain of a router",
	 "dropped_forward",
	 "in network namespace 2000",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, DROP(SYN, FORWARD, false, "NETFILTER_DROP", "nft_do_chain")}},
	{"blackhole route of a router",
	 "dropped_forward",
	 "proves little",
	 STALL_CONFIDENCE_MEDIUM,
	 {SENT_AGAIN, DROP(SYN, FORWARD, false, "NOT_SPECIFIED", "ip_error")}},
	{"input chain of the peer",
	 "dropped_input",
	 "on input in network namespace",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, DROP(SYN, INPUT, false, "NETFILTER_DROP", "nft_do_chain")}},
	{"input chain on loopback",
	 "dropped_input",
	 "on input",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, DROP(SYN, INPUT, true, "NETFILTER_DROP", "nft_do_chain")}},
	{"a second SYN for a half-open request",
	 "no_answer",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, DROP(SYN, INPUT, false, "NOT_SPECIFIED", "tcp_v4_rcv")}},
	{"a frame for another machine",
	 "no_answer",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, DROP(SYN, PREROUTING, false, "OTHERHOST", "ip_rcv_core")}},

	/* what came back */
	{"SYN-ACK, reverse path",
	 "synack_dropped",
	 "IP_RPFILTER at ip_rcv_finish_core",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, DROP(SYNACK, PREROUTING, true, "IP_RPFILTER", "ip_rcv_finish_core"),
	  .synacks = 2}},
	{"SYN-ACK, checksum",
	 "synack_dropped",
	 "TCP_CSUM",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, DROP(SYNACK, INPUT, true, "TCP_CSUM", "tcp_v4_rcv"), .synacks = 2}},
	{"SYN-ACK, no reason given",
	 "synack_dropped",
	 "proves little",
	 STALL_CONFIDENCE_LOW,
	 {SENT_AGAIN, DROP(SYNACK, INPUT, true, "NOT_SPECIFIED", "tcp_v4_rcv")}},
	{"SYN-ACK lost in a router here",
	 "dropped_forward",
	 "SYN-ACK dropped",
	 STALL_CONFIDENCE_MEDIUM,
	 {SENT_AGAIN, DROP(SYNACK, FORWARD, false, "NETFILTER_DROP", "nft_do_chain")}},
	{"a reset",
	 "refused",
	 "a reset arrived",
	 STALL_CONFIDENCE_HIGH,
	 {SENT, .resets = 1, ENDED(FAILED, ECONNREFUSED)}},
	{"a reset from this host, no listener",
	 "refused",
	 "nothing listens",
	 STALL_CONFIDENCE_HIGH,
	 {SENT, .resets = 1, .reset_from_here = true, .reset_netns = THERE,
	  .reset_reason = "NO_SOCKET", .peer = {.arrived = true, .looked = true, .netns = THERE},
	  ENDED(FAILED, ECONNREFUSED)}},
	{"the same errno from ICMP",
	 "icmp_rejected",
	 "port unreachable",
	 STALL_CONFIDENCE_HIGH,
	 {SENT, .icmp = {.family = AF_INET, .type = 3, .code = 3, .from = V4(2)},
	  ENDED(FAILED, ECONNREFUSED)}},
	{"the same errno, nothing seen",
	 "refused",
	 NULL,
	 STALL_CONFIDENCE_LOW,
	 {SENT, ENDED(FAILED, ECONNREFUSED)}},
	{"ICMPv6 prohibited",
	 "icmp_rejected",
	 "ICMPv6 type 1 code 1 (administratively prohibited)",
	 STALL_CONFIDENCE_HIGH,
	 {SENT, .icmp = {.family = AF_INET6, .type = 1, .code = 1}, ENDED(FAILED, EACCES)}},
	{"ICMP while it goes on",
	 "icmp_rejected",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT, .icmp = {.family = AF_INET, .type = 3, .code = 13, .from = V4(9)}}},
	{"answers of another connection",
	 "unknown",
	 "2 answers came that do not fit this connect, last an ACK with another number",
	 STALL_CONFIDENCE_NONE,
	 {SENT_AGAIN, .others = 2, .other_flags = 16}},
	{"a reset that the kernel does not take for an answer",
	 "unknown",
	 "1 answer came that does not fit this connect, last a reset",
	 STALL_CONFIDENCE_NONE,
	 {SENT_AGAIN, .others = 1, .other_flags = 4 | 16}},
	{"a SYN-ACK for another SYN",
	 "unknown",
	 "last a SYN-ACK with another",
	 STALL_CONFIDENCE_NONE,
	 {SENT_AGAIN, .others = 1, .other_flags = 2 | 16}},

	/* accept queue */
	{"full now",
	 "accept_queue_full",
	 "nginx (pid 7), accept queue 2 of 1, overflowing",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, FULL}},
	{"a listener with room",
	 "no_answer",
	 "accept queue 0 of 128",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, .peer = {.arrived = true,
			       .looked = true,
			       .listening = true,
			       .netns = THERE,
			       .limit = 128}}},

	/* the end */
	{"established late",
	 "slow",
	 "2 retries",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, ENDED(ESTABLISHED, 0)}},
	{"established late without a retry",
	 "slow",
	 "without a retry",
	 STALL_CONFIDENCE_HIGH,
	 {SENT, ENDED(ESTABLISHED, 0)}},
	{"established although a packet was dropped",
	 "slow",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, DROP(SYN, FORWARD, false, "NETFILTER_DROP", "nft_do_chain"),
	  ENDED(ESTABLISHED, 0)}},
	{"closed by the application",
	 "gave_up",
	 "closed the socket",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, ENDED(CLOSED, 0)}},
	{"killed",
	 "gave_up",
	 "was ended",
	 STALL_CONFIDENCE_HIGH,
	 {FLOW, .connect_ret = -EINTR, .inspected = true, .first_left = true, .killed = true,
	  ENDED(CLOSED, 0)}},
	{"closed while a firewall dropped it",
	 "dropped_output",
	 "closed the socket",
	 STALL_CONFIDENCE_HIGH,
	 {BASE, .inspected = true, DROP(SYN, OUTPUT, true, "NETFILTER_DROP", "nft_do_chain"),
	  ENDED(CLOSED, 0)}},
	{"time-out",
	 "timeout",
	 "nothing came back",
	 STALL_CONFIDENCE_HIGH,
	 {SENT_AGAIN, ENDED(FAILED, ETIMEDOUT)}},
	{"time-out while a firewall dropped it",
	 "dropped_output",
	 NULL,
	 STALL_CONFIDENCE_HIGH,
	 {BASE, .inspected = true, DROP(SYN, OUTPUT, true, "NETFILTER_DROP", "nft_do_chain"),
	  ENDED(FAILED, ETIMEDOUT)}},
	{"another errno",
	 "unknown",
	 NULL,
	 STALL_CONFIDENCE_NONE,
	 {SENT, ENDED(FAILED, EHOSTUNREACH)}},

	/* silence */
	{"one SYN", "no_answer", "1 SYN left", STALL_CONFIDENCE_LOW, {SENT}},
	{"two SYNs",
	 "no_answer",
	 "2 SYNs left",
	 STALL_CONFIDENCE_MEDIUM,
	 {SENT, .retries = 1, .retries_left = 1}},
	{"a retry whose record was lost",
	 "no_answer",
	 "1 of the retries is known from the socket's own count only",
	 STALL_CONFIDENCE_HIGH,
	 {SENT, .retries = 2, .retries_left = 1, .retries_unseen = 1, .retries_made = 2}},
	{"three SYNs", "no_answer", "3 SYNs left", STALL_CONFIDENCE_HIGH, {SENT_AGAIN}},
};

#endif
