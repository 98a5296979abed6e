/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The causes of a hanging or failed connect, as data. Pure. */
#include "diagnosis/causes.h"

#include "base/cleanup.h"
#include "diagnosis/facts.h"

const struct cause_row cause_rows[CAUSE_COUNT] = {
	[CAUSE_UNKNOWN] =
		{
			.word = "unknown",
			.meaning = "What was seen does not decide why.",
			.advice =
				"Look at the evidence; wait for the next SYN, which is followed with all that this kernel can tell.",
		},
	[CAUSE_NO_ROUTE] =
		{
			.word = "no_route",
			.meaning = "This namespace has no route to the destination.",
			.advice =
				"Look at `ip route get DESTINATION` in that namespace; add the route or bring its interface up.",
			.failure = true,
		},
	[CAUSE_ROUTE_UNREACHABLE] =
		{
			.word = "route_unreachable",
			.meaning = "The route to the destination is of type unreachable.",
			.advice =
				"Find who set it with `ip route show table all type unreachable`, and delete it if it should not be.",
			.failure = true,
		},
	[CAUSE_ROUTE_PROHIBIT] =
		{
			.word = "route_prohibit",
			.meaning = "The route to the destination is of type prohibit.",
			.advice =
				"Find who set it with `ip route show table all type prohibit`, and `ip rule` for rules that prohibit.",
			.failure = true,
		},
	[CAUSE_ROUTE_BLACKHOLE] =
		{
			.word = "route_blackhole",
			.meaning = "The route to the destination is of type blackhole.",
			.advice =
				"Find who set it with `ip route show table all type blackhole`, and delete it if it should not be.",
			.failure = true,
		},
	[CAUSE_PORTS_EXHAUSTED] =
		{
			.word = "ports_exhausted",
			.meaning = "Every local port for this destination is taken.",
			.advice =
				"Let the process that holds them keep its connections open, or widen net.ipv4.ip_local_port_range.",
			.failure = true,
		},
	[CAUSE_ADDRESS_NOT_AVAILABLE] =
		{
			.word = "address_not_available",
			.meaning =
				"The local address or port that the socket is bound to cannot be used for this destination.",
			.advice =
				"Compare the address that the program binds with `ip address` in that namespace.",
			.failure = true,
		},
	[CAUSE_DENIED] =
		{
			.word = "denied",
			.meaning =
				"A policy of this host (cgroup program, security module, seccomp, IPsec) denied the call; no SYN was made.",
			.advice =
				"Look at `bpftool cgroup tree`, the audit log, the service's sandbox settings and `ip xfrm policy`.",
			.failure = true,
		},
	[CAUSE_NEIGHBOUR_UNRESOLVED] =
		{
			.word = "neighbour_unresolved",
			.meaning =
				"The next hop does not answer ARP or neighbour discovery; the SYN never left this host.",
			.advice =
				"Check that the address is in use on that link: `ip neigh show`, cabling, VLAN, the machine itself.",
			.failure = true,
		},
	[CAUSE_DROPPED_OUTPUT] =
		{
			.word = "dropped_output",
			.meaning =
				"This host's firewall, cgroup or queueing discipline dropped the SYN on its way out.",
			.advice =
				"Look for the rule in that namespace: `nft list ruleset`, `iptables-save`, `tc -s qdisc`, `bpftool net`.",
			.failure = true,
		},
	[CAUSE_DROPPED_FORWARD] =
		{
			.word = "dropped_forward",
			.meaning =
				"Another network namespace of this host dropped the handshake on its way.",
			.advice =
				"Look at the rules and routes of the namespace that is named in the evidence.",
			.failure = true,
		},
	[CAUSE_DROPPED_INPUT] =
		{
			.word = "dropped_input",
			.meaning =
				"The SYN came to its destination, which is on this host, and was dropped there.",
			.advice =
				"Look at the input rules of the namespace that is named in the evidence.",
			.failure = true,
		},
	[CAUSE_NO_ANSWER] =
		{
			.word = "no_answer",
			.meaning = "The SYNs left this host and nothing came back.",
			.advice =
				"Look at the destination: is it up, does its firewall drop silently, is there a way back? "
				"`tcpdump` there tells whether the SYN arrives.",
			.failure = true,
		},
	[CAUSE_REFUSED] =
		{
			.word = "refused",
			.meaning =
				"A reset came back: nothing listens on that port, or a firewall answers for it.",
			.advice =
				"Start the server, or correct the port; `ss -ltn` at the destination lists what listens.",
			.failure = true,
		},
	[CAUSE_ICMP_REJECTED] =
		{
			.word = "icmp_rejected",
			.meaning =
				"A router or the destination answered the SYN with an ICMP error.",
			.advice =
				"Ask who runs the router that is named in the evidence: the code says what it objects to.",
			.failure = true,
		},
	[CAUSE_SYNACK_DROPPED] =
		{
			.word = "synack_dropped",
			.meaning = "The peer answered, and this host dropped its SYN-ACK.",
			.advice =
				"The reason names the part that dropped it: rp_filter with IP_RPFILTER, rules with NETFILTER_DROP.",
			.failure = true,
		},
	[CAUSE_ACCEPT_QUEUE_FULL] =
		{
			.word = "accept_queue_full",
			.meaning =
				"The listener is on this host and its accept queue is full: SYNs are dropped until it accepts.",
			.advice =
				"Find out why the process does not call accept(); raise its backlog and net.core.somaxconn.",
			.failure = true,
		},
	[CAUSE_SLOW] =
		{
			.word = "slow",
			.meaning =
				"The connection was made, but late: SYNs were lost on the way, or the path is long.",
			.advice =
				"Retries mean loss, or a full queue at the peer; a late answer without retries is distance or load.",
		},
	[CAUSE_GAVE_UP] =
		{
			.word = "gave_up",
			.meaning =
				"The application closed the socket, or was ended, before the kernel decided.",
			.advice =
				"Compare the application's own time-out with the round-trip time and the kernel's first retry at 1 s.",
		},
	[CAUSE_TIMEOUT] =
		{
			.word = "timeout",
			.meaning = "The kernel gave up: no SYN was answered in the time allowed.",
			.advice =
				"As for no_answer; net.ipv4.tcp_syn_retries, TCP_SYNCNT or TCP_USER_TIMEOUT set how long it tries.",
			.failure = true,
		},
};

#define LOW STALL_CONFIDENCE_LOW
#define MEDIUM STALL_CONFIDENCE_MEDIUM
#define HIGH STALL_CONFIDENCE_HIGH

const struct cause_rule cause_rules[] = {
	{CAUSE_SLOW, HIGH, FACT(ESTABLISHED), FACT(NO_SYN)},
	{CAUSE_UNKNOWN, STALL_CONFIDENCE_NONE, FACT(ESTABLISHED), 0},
	{CAUSE_GAVE_UP, HIGH, FACT(CLOSED_BY_APPLICATION) | FACT(NO_SYN), 0},
	{CAUSE_UNKNOWN, STALL_CONFIDENCE_NONE, FACT(NO_SYN), FACT(FAILED)},

	/* the call failed, no SYN */
	{CAUSE_ROUTE_BLACKHOLE, HIGH, FACT(FAILED_EARLY) | FACT(RET_INVAL) | FACT(ROUTE_BLACKHOLE),
	 0},
	{CAUSE_ROUTE_PROHIBIT, HIGH, FACT(FAILED_EARLY) | FACT(RET_ACCES) | FACT(ROUTE_PROHIBIT),
	 0},
	{CAUSE_ROUTE_UNREACHABLE, HIGH,
	 FACT(FAILED_EARLY) | FACT(RET_HOSTUNREACH) | FACT(ROUTE_UNREACHABLE), 0},
	{CAUSE_NO_ROUTE, HIGH, FACT(FAILED_EARLY) | FACT(RET_NETUNREACH) | FACT(ROUTE_NONE), 0},
	{CAUSE_NO_ROUTE, MEDIUM, FACT(FAILED_EARLY) | FACT(RET_NETUNREACH), FACT(ROUTE_FOUND)},
	{CAUSE_PORTS_EXHAUSTED, HIGH,
	 FACT(FAILED_EARLY) | FACT(RET_ADDRNOTAVAIL) | FACT(PORTS_EXHAUSTED), 0},
	{CAUSE_ADDRESS_NOT_AVAILABLE, MEDIUM, FACT(FAILED_EARLY) | FACT(RET_ADDRNOTAVAIL), 0},
	{CAUSE_DENIED, HIGH, FACT(FAILED_EARLY) | FACT(RET_PERM), 0},
	{CAUSE_DENIED, HIGH, FACT(FAILED_EARLY) | FACT(RET_ACCES) | FACT(ROUTE_FOUND),
	 FACT(SOME_PROHIBITED)},
	{CAUSE_UNKNOWN, STALL_CONFIDENCE_NONE, FACT(FAILED_EARLY), 0},

	/* an answer that decides */
	{CAUSE_REFUSED, HIGH, FACT(RESET) | FACT(REFUSED_ERRNO), 0},
	{CAUSE_NEIGHBOUR_UNRESOLVED, HIGH, FACT(NEIGHBOUR_DROP), FACT(RESET) | FACT(ICMP)},
	{CAUSE_NEIGHBOUR_UNRESOLVED, HIGH,
	 FACT(NEIGHBOUR_BAD) | FACT(ICMP_FROM_SELF_HOST_UNREACHABLE), 0},
	{CAUSE_NEIGHBOUR_UNRESOLVED, HIGH, FACT(NEIGHBOUR_BAD) | FACT(SYN_HELD),
	 FACT(RESET) | FACT(ICMP)},
	{CAUSE_NEIGHBOUR_UNRESOLVED, MEDIUM, FACT(ICMP_FROM_SELF_HOST_UNREACHABLE) | FACT(SYN_HELD),
	 0},
	{CAUSE_ICMP_REJECTED, HIGH, FACT(ICMP), FACT(RESET)},
	{CAUSE_ICMP_REJECTED, MEDIUM, FACT(ICMP_FROM_SELF_HOST_UNREACHABLE), FACT(RESET)},

	/* the way was taken away while it hung */
	{CAUSE_NO_ROUTE, HIGH, FACT(UNROUTED) | FACT(ROUTE_NONE), 0},
	{CAUSE_ROUTE_UNREACHABLE, HIGH, FACT(UNROUTED) | FACT(ROUTE_UNREACHABLE), 0},
	{CAUSE_ROUTE_PROHIBIT, HIGH, FACT(UNROUTED) | FACT(ROUTE_PROHIBIT), 0},
	{CAUSE_ROUTE_BLACKHOLE, HIGH, FACT(UNROUTED) | FACT(ROUTE_BLACKHOLE), 0},

	/* it was dropped on this host: the socket's own SYN or SYN-ACK, nothing else counts */
	{CAUSE_SYNACK_DROPPED, HIGH, FACT(SYNACK_DROPPED) | FACT(SYNACK_REASON), 0},
	{CAUSE_SYNACK_DROPPED, LOW, FACT(SYNACK_DROPPED), 0},
	{CAUSE_DROPPED_OUTPUT, HIGH, FACT(SYN_DROPPED_OUT) | FACT(SYN_OUT_REASON), 0},
	{CAUSE_DROPPED_OUTPUT, MEDIUM, FACT(SYN_DROPPED_OUT), 0},
	{CAUSE_ACCEPT_QUEUE_FULL, HIGH, FACT(QUEUE_FULL), 0},
	{CAUSE_DROPPED_INPUT, HIGH, FACT(SYN_DROPPED_IN) | FACT(SYN_IN_REASON), 0},
	{CAUSE_DROPPED_INPUT, LOW, FACT(SYN_DROPPED_IN), 0},
	{CAUSE_DROPPED_FORWARD, HIGH, FACT(SYN_DROPPED_FORWARDING) | FACT(SYN_FORWARDING_REASON),
	 0},
	{CAUSE_DROPPED_FORWARD, MEDIUM, FACT(SYN_DROPPED_FORWARDING), 0},
	{CAUSE_DROPPED_FORWARD, MEDIUM, FACT(SYNACK_DROPPED_FORWARDING), 0},
	{CAUSE_DROPPED_OUTPUT, MEDIUM, FACT(HOOK_DENIED), FACT(SYN_LEFT)},
	{CAUSE_DROPPED_OUTPUT, MEDIUM, FACT(CONGESTED), FACT(SYN_LEFT)},
	{CAUSE_DROPPED_OUTPUT, LOW, FACT(NOTHING_LEFT), FACT(NEIGHBOUR_BAD)},
	{CAUSE_ACCEPT_QUEUE_FULL, MEDIUM, FACT(QUEUE_WAS_FULL), 0},

	/* only the end is known */
	{CAUSE_REFUSED, MEDIUM, FACT(REFUSED_ERRNO), 0},
	{CAUSE_GAVE_UP, HIGH, FACT(CLOSED_BY_APPLICATION), 0},
	{CAUSE_TIMEOUT, HIGH, FACT(TIMED_OUT) | FACT(SYN_LEFT), FACT(ANSWERED) | FACT(RESET)},
	{CAUSE_UNKNOWN, STALL_CONFIDENCE_NONE, FACT(FAILED), 0},
	{CAUSE_UNKNOWN, STALL_CONFIDENCE_NONE, FACT(ANSWERED), 0},
	{CAUSE_UNKNOWN, STALL_CONFIDENCE_NONE, FACT(RESET), 0},
	{CAUSE_UNKNOWN, STALL_CONFIDENCE_NONE, FACT(SYN_HELD), FACT(SYN_LEFT)},
	{CAUSE_NO_ANSWER, HIGH, FACT(SYN_LEFT_OFTEN), 0},
	{CAUSE_NO_ANSWER, MEDIUM, FACT(SYN_LEFT_TWICE), 0},
	{CAUSE_NO_ANSWER, LOW, FACT(SYN_LEFT), 0},
};

const size_t cause_rule_count = ARRAY_SIZE(cause_rules);
