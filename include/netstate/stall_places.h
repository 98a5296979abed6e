/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Network namespaces of this host that a connect's evidence names. */
#ifndef NETSTATE_STALL_PLACES_H
#define NETSTATE_STALL_PLACES_H

#include <stdbool.h>
#include <stdint.h>

#include "netstate/endpoint.h"
#include "netstate/flow.h"
#include "netstate/stall_rule.h"

/* The namespace of this host that has an address: of the next hop, of an ICMP error's sender. */
struct stall_place {
	uint32_t netns; /* 0: none that is known, or more than one of them has it */
	char device[17];
	char kind[16]; /* of that device: "veth", "macvlan"; "" */
	bool beneath;  /* it lies on the very device of the connect's route (macvlan, ipvlan) */
};

/* A routing table that `ip rule` leads to, beside the standard ones. */
struct stall_policy {
	uint32_t table;	     /* 0: a standard one, or not known */
	uint32_t priority;   /* of the rule */
	char rule[64];	     /* its selectors: "fwmark 0x1"; "": which rule it is is not known */
	bool differs;	     /* a socket without mark, device and own address has another route: */
	uint8_t other_route; /* enum stall_route */
	struct endpoint other_hop;
	char other_device[17];
};

/*
 * A rule of netfilter gave the SYN another mark or address on its way out: the route that it has then, asked
 * for with both.
 */
struct stall_reroute {
	uint8_t route; /* enum stall_route; unknown: not asked */
	uint32_t mark;
	char text[64]; /* "blackhole default"; "" */
};

/* Where the SYN is while its sk_buff is not freed, at the last reading. */
struct stall_queued {
	bool there;
	bool by_ipsec;	  /* its socket's route keeps packets until IPsec has a state for them */
	uint32_t netns;	  /* of the device that it is at; 0: none */
	uint32_t ifindex; /* of that device */
	char kind[16];	  /* "tun"; "": hardware */
	/* the program that has the device of its route open, a tun or tap */
	uint32_t pid; /* 0: not known */
	char comm[FLOW_COMM_SIZE];
};

/*
 * Of a reset that no TCP of this host sent: the namespaces of this host that the route leads through, and
 * which of them has a rule that rejects with a reset. Whether that rule matched was not seen.
 */
struct stall_reject {
	bool whole;	     /* the route ends in a namespace of this host */
	bool asked;	     /* each of them was asked for its rules */
	bool legacy;	     /* the first such rule is one of iptables-legacy */
	bool at_destination; /* the first with such a rule has the destination's address */
	uint8_t family;	     /* of its first such rule, NFPROTO_* */
	uint32_t netns;	     /* the first with such a rule; 0: none */
	uint32_t rules;	     /* of all of them */
	uint64_t handle;
	char table[STALL_RULE_NAME_SIZE], chain[STALL_RULE_NAME_SIZE];
	uint32_t route_netns; /* from where, and to where, the route was followed */
	struct endpoint to;
};

/* Whoever listens on a port, but not for the SYN that came to it. */
enum stall_elsewhere {
	STALL_ELSEWHERE_NONE, /* nobody, or it was not looked for */
	STALL_ELSEWHERE_ADDRESS,
	STALL_ELSEWHERE_IPV4,
	STALL_ELSEWHERE_IPV6,
	STALL_ELSEWHERE_DEVICE,	     /* bound to a device that the SYN did not come in by */
	STALL_ELSEWHERE_PASSED_OVER, /* it began since, or BPF passed it over */
};

/* The device of the last route that a connect had; asked about where it has none any more. */
struct stall_used {
	uint32_t ifindex; /* 0: not known */
	char device[17];
	uint8_t up;    /* enum stall_known */
	uint8_t there; /* enum stall_known: no: it was deleted */
};

#endif
