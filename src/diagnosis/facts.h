/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * struct stall -> the facts that the rules ask for. Each fact is seen, or known not to be, or
 * neither: what nobody watched or asked is neither, and no rule can take it for either. Pure.
 */
#ifndef DIAGNOSIS_FACTS_H
#define DIAGNOSIS_FACTS_H

#include "netstate/stall.h"

enum fact {
	/* how it ended */
	FACT_ESTABLISHED,
	FACT_FAILED,
	FACT_CLOSED_BY_APPLICATION,
	FACT_FAILED_EARLY,
	FACT_TIMED_OUT,
	FACT_REFUSED_ERRNO,
	FACT_OTHER_ERRNO,
	/* errno of a call that failed without a SYN */
	FACT_RET_NETUNREACH,
	FACT_RET_HOSTUNREACH,
	FACT_RET_ACCES,
	FACT_RET_PERM,
	FACT_RET_INVAL,
	FACT_RET_ADDRNOTAVAIL,
	/* what the routing tables and the ports say */
	FACT_ROUTE_FOUND,
	FACT_ROUTE_NONE,
	FACT_ROUTE_UNREACHABLE,
	FACT_ROUTE_PROHIBIT,
	FACT_SOME_PROHIBITED,
	FACT_ROUTE_BLACKHOLE,
	FACT_IPSEC_BLOCKS,
	FACT_PORTS_EXHAUSTED,
	FACT_PORT_IN_USE,
	/* its own end: address and device */
	FACT_SOURCE_ABSENT,
	FACT_NO_IPV6,
	FACT_ADDRESS_TENTATIVE,
	FACT_DEVICE_DOWN,
	FACT_DEVICE_LOST,
	/* the SYN on its way */
	FACT_NO_SYN,
	FACT_SYN_LEFT,
	FACT_SYN_LEFT_TWICE,
	FACT_SYN_LEFT_OFTEN,
	FACT_NOTHING_LEFT,
	FACT_SYN_HELD,
	FACT_IPSEC_HOLDS,
	FACT_UNREAD,
	FACT_UNREAD_ELSEWHERE,
	FACT_TO_PROGRAM,
	FACT_QUEUED_HERE,
	FACT_REROUTED,
	FACT_HOOK_DENIED,
	FACT_UNROUTED,
	FACT_CONGESTED,
	FACT_NEIGHBOUR_BAD,
	FACT_NEIGHBOUR_DROP,
	FACT_SYN_DROPPED_OUT,
	FACT_SYN_DISCARDED,
	FACT_SYN_DROPPED_FORWARDING,
	FACT_SYN_DROPPED_IN,
	FACT_SYN_DROPPED_SOMEWHERE,
	FACT_SYN_DROPPED_MAYBE,
	FACT_SYN_DROPPED_AT_BRIDGE,
	FACT_SYN_TAKEN,
	FACT_COPIED,
	FACT_SYN_REASON,
	FACT_SYN_ROUTED_ON,
	FACT_SYN_ARRIVED,
	FACT_SYN_MISSED,
	FACT_WRONG_MAC,
	FACT_SWALLOWED,
	FACT_NOT_PASSED_ON,
	FACT_NAT_AWAY,
	/* what connection tracking did to it */
	FACT_CONNTRACK_FULL,
	FACT_RULES_BEFORE_TRACKING,
	FACT_NAT_NO_PORT,
	FACT_NAT_STALE,
	FACT_NAT_STALE_MAYBE,
	/* what came back */
	FACT_RESET,
	FACT_ICMP,
	FACT_ICMP_FROM_SELF_HOST_UNREACHABLE,
	FACT_SYNACK_DROPPED,
	FACT_SYNACK_REASON,
	FACT_SYNACK_DROPPED_FORWARDING,
	FACT_SYNACK_BY_OTHER_DEVICE,
	FACT_SYNACK,
	FACT_STRANGER,
	FACT_STRANGER_REFUSED,
	FACT_OLD_ACK,
	FACT_OLD_SOCKET,
	FACT_OTHER_ANSWER,
	FACT_CROSSED,
	FACT_QUEUE_FULL,
	FACT_QUEUE_WAS_FULL,
	FACT_QUEUE_SHARED,
	FACT_BACKLOG_FULL,
	FACT_BACKLOG_RESERVED,
	FACT_QUEUE_HOLDS,
	FACT_NO_WAY_BACK,
	FACT_COUNT,
};

/* A set of facts, one bit each. */
__extension__ typedef unsigned __int128 fact_set;

#define FACT_BIT(number) ((fact_set)1 << (number))
#define FACT(name) FACT_BIT(FACT_##name)

_Static_assert(FACT_COUNT <= 128, "facts are bits of one word");

/* Observations of this very connect: its call, its packets, its end, the source address and the device
 * that its own route gives it. Each accusation needs one. */
#define FACTS_DIRECT                                                                               \
	(FACT(FAILED_EARLY) | FACT(TIMED_OUT) | FACT(REFUSED_ERRNO) | FACT(OTHER_ERRNO) |          \
	 FACT(SYN_LEFT) | FACT(SYN_LEFT_TWICE) | FACT(SYN_LEFT_OFTEN) | FACT(NOTHING_LEFT) |       \
	 FACT(SYN_HELD) | FACT(IPSEC_HOLDS) | FACT(UNREAD) | FACT(UNREAD_ELSEWHERE) |              \
	 FACT(REROUTED) | FACT(HOOK_DENIED) | FACT(UNROUTED) | FACT(CONGESTED) |                   \
	 FACT(NEIGHBOUR_DROP) | FACT(SYN_DISCARDED) | FACT(SYN_DROPPED_OUT) |                      \
	 FACT(SYN_DROPPED_FORWARDING) | FACT(SYN_DROPPED_IN) | FACT(SYN_DROPPED_AT_BRIDGE) |       \
	 FACT(SYN_ARRIVED) | FACT(CONNTRACK_FULL) | FACT(NAT_NO_PORT) | FACT(NAT_STALE) |          \
	 FACT(NAT_STALE_MAYBE) | FACT(WRONG_MAC) | FACT(RESET) | FACT(ICMP) |                      \
	 FACT(ICMP_FROM_SELF_HOST_UNREACHABLE) | FACT(SYNACK_DROPPED) |                            \
	 FACT(SYNACK_DROPPED_FORWARDING) | FACT(SYNACK_BY_OTHER_DEVICE) | FACT(STRANGER_REFUSED) | \
	 FACT(OLD_ACK) | FACT(OLD_SOCKET) | FACT(ADDRESS_TENTATIVE) | FACT(DEVICE_DOWN))

/* The socket's end says that something else decided. */
#define FACTS_DECIDED (FACT(REFUSED_ERRNO) | FACT(OTHER_ERRNO))
/* The peer's TCP had the SYN, or something that looked like it. */
#define FACTS_ANSWERED                                                                             \
	(FACT(SYNACK) | FACT(STRANGER) | FACT(OLD_ACK) | FACT(OTHER_ANSWER) | FACT(CROSSED))

struct facts {
	fact_set seen;
	fact_set absent; /* known not to be: somebody watched all the time, or asked */
};

struct facts stall_facts(const struct stall *stall, const struct stall_senses *senses,
			 uint64_t now_ns);

/* What the documentation calls it: "a reset arrived". NULL for numbers that are none. */
const char *stall_fact_text(unsigned int fact);

/* None was made, as far as was seen: with TCP Fast Open it waits for the application's first write.
 */
bool stall_no_syn(const struct stall *stall);

/* SYNs that left this host, and those that never did: sums over the first and all retries. */
uint32_t stall_syn_sent(const struct stall *stall);
uint32_t stall_syn_held(const struct stall *stall);

/* The SYN is in the queue of a tun or tap, and the program behind that has not read it. */
bool stall_unread(const struct stall *stall);
/* ... of another namespace: it left its own, and where a bridge floods copies may have gone on. */
bool stall_unread_elsewhere(const struct stall *stall);

/* Its device, or the last one on this host, leads to a program (tun, tap): no SYN is seen to leave. */
bool stall_to_program(const struct stall *stall);

/* The last SYN was seen in the namespace of this host that has its destination's address. */
bool stall_came_there(const struct stall *stall);

enum syn_option {
	OPTION_FAST_OPEN,
	OPTION_MPTCP,
};

/* The SYNs that carried the option were not answered, one that no longer did was. Others may have been
 * lost by chance. */
bool stall_answered_without(const struct stall *stall, enum syn_option option);

/* The ICMP error was made by this namespace itself. */
bool stall_icmp_from_self(const struct stall *stall);

#endif
