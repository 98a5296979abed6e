/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Facts -> what the documentation calls them. Pure. */
#include "base/cleanup.h"
#include "diagnosis/facts.h"

static const char *const texts[FACT_COUNT] = {
	[FACT_ESTABLISHED] = "the handshake was completed",
	[FACT_FAILED] = "the kernel ended it with an error",
	[FACT_CLOSED_BY_APPLICATION] = "the socket was closed without an error",
	[FACT_FAILED_EARLY] = "the call failed and no SYN was made",
	[FACT_TIMED_OUT] = "sk_err is ETIMEDOUT",
	[FACT_REFUSED_ERRNO] = "sk_err is ECONNREFUSED",
	[FACT_OTHER_ERRNO] = "sk_err is another errno than ECONNREFUSED and ETIMEDOUT",
	[FACT_RET_NETUNREACH] = "connect() returned ENETUNREACH",
	[FACT_RET_HOSTUNREACH] = "connect() returned EHOSTUNREACH",
	[FACT_RET_ACCES] = "connect() returned EACCES",
	[FACT_RET_PERM] = "connect() returned EPERM",
	[FACT_RET_INVAL] = "connect() returned EINVAL",
	[FACT_RET_ADDRNOTAVAIL] = "connect() returned EADDRNOTAVAIL",
	[FACT_ROUTE_FOUND] = "the routing tables have a route",
	[FACT_ROUTE_NONE] = "the routing tables have no route",
	[FACT_ROUTE_UNREACHABLE] = "the route is of type unreachable",
	[FACT_ROUTE_PROHIBIT] = "the route is of type prohibit",
	[FACT_SOME_PROHIBITED] =
		"a rule, or a route that one leads to, is of type prohibit for some sockets",
	[FACT_ROUTE_BLACKHOLE] = "the route is of type blackhole",
	[FACT_IPSEC_BLOCKS] = "the IPsec policy that covers it is of type block",
	[FACT_PORTS_EXHAUSTED] = "every local port of ip_local_port_range is taken",
	[FACT_PORT_IN_USE] = "another socket has the same addresses and ports",
	[FACT_DEVICE_LOST] = "the device by which its SYNs went is down",
	[FACT_SOURCE_ABSENT] = "its local address is not one of its namespace",
	[FACT_NO_IPV6] = "its namespace has no global IPv6 address",
	[FACT_ADDRESS_TENTATIVE] =
		"its namespace's IPv6 addresses are tentative, and it has none of them",
	[FACT_DEVICE_DOWN] = "the device of its route is down or has no carrier",
	[FACT_NO_SYN] = "no SYN was made: TCP Fast Open waits for the first write",
	[FACT_SYN_LEFT] = "a SYN left this host",
	[FACT_SYN_LEFT_TWICE] = "two SYNs left this host",
	[FACT_SYN_LEFT_OFTEN] = "three or more SYNs left this host",
	[FACT_NOTHING_LEFT] = "sending the first SYN failed in this host",
	[FACT_SYN_HELD] = "a SYN is queued locally",
	[FACT_IPSEC_HOLDS] =
		"its socket's route keeps packets until IPsec has a state (policy queue)",
	[FACT_UNREAD] = "the SYN is in the queue of a tun or tap device, where no program reads it",
	[FACT_UNREAD_ELSEWHERE] =
		"the SYN is in the queue of a tun or tap device of another namespace, where no program reads it",
	[FACT_TO_PROGRAM] = "the SYNs were handed to a program of this host (tun or tap)",
	[FACT_QUEUED_HERE] = "the SYN is still queued at another device of this host",
	[FACT_REROUTED] =
		"netfilter dropped the outgoing SYN with an errno of routing, or the mark that a rule gave it has no usable route",
	[FACT_HOOK_DENIED] = "sending gave EPERM",
	[FACT_UNROUTED] = "retransmitting it gave EHOSTUNREACH",
	[FACT_CONGESTED] = "the queue of its device did not take the SYN",
	[FACT_NEIGHBOUR_BAD] = "the next hop's neighbour entry is incomplete or failed",
	[FACT_NEIGHBOUR_DROP] = "the neighbour table dropped the SYN",
	[FACT_SYN_DROPPED_OUT] = "the outgoing SYN was dropped",
	[FACT_SYN_DISCARDED] = "the SYN's route discarded it (dst_discard_out)",
	[FACT_SYN_DROPPED_FORWARDING] = "the SYN was dropped while being forwarded on this host",
	[FACT_SYN_DROPPED_IN] = "the incoming SYN was dropped on this host",
	[FACT_SYN_DROPPED_SOMEWHERE] = "the SYN was dropped on this host, in an unknown namespace",
	[FACT_SYN_DROPPED_MAYBE] = "the SYN or a copy of it was dropped on this host",
	[FACT_SYN_DROPPED_AT_BRIDGE] =
		"the SYN was dropped on this host in a frame for another machine, as a bridge's port takes it",
	[FACT_SYN_TAKEN] = "TCP where the SYN came to had it already",
	[FACT_COPIED] = "a copy of the SYN came in: a bridge floods, or something mirrors",
	[FACT_SYN_ARRIVED] = "the SYN reached the namespace that has the destination's address",
	[FACT_SYN_MISSED] = "the SYN did not reach that namespace",
	[FACT_WRONG_MAC] =
		"the SYN reached the namespace that has the destination's address in a frame for another machine",
	[FACT_SWALLOWED] = "the SYN went into a veth pair and did not come out",
	[FACT_NOT_PASSED_ON] =
		"the SYN entered a namespace that forwards it to a veth device, and did not come out of that",
	[FACT_NAT_AWAY] = "NAT in the namespace that the SYN reached changes its destination",
	[FACT_SYN_ROUTED_ON] = "it was routed onwards from there",
	[FACT_SYN_REASON] = "drop reason known, or implied by the dropping function",
	[FACT_RULES_BEFORE_TRACKING] =
		"that namespace has chains that packets come through before connection tracking",
	[FACT_CONNTRACK_FULL] =
		"connection tracking dropped the SYN where its table was full (no entry for it, its drops rose)",
	[FACT_NAT_NO_PORT] =
		"netfilter dropped the SYN behind NAT, and another connection has the addresses and ports that NAT gave it",
	[FACT_NAT_STALE] =
		"an unanswered entry of connection tracking keeps the SYN from the translation that a later connect to the same destination got",
	[FACT_NAT_STALE_MAYBE] =
		"an unanswered entry of connection tracking keeps the SYN from the translation that another connection to the same destination has; when that began is not known",
	[FACT_RESET] = "a reset arrived",
	[FACT_ICMP] = "an ICMP error for this SYN arrived",
	[FACT_ICMP_FROM_SELF_HOST_UNREACHABLE] =
		"this host itself reported that the host is unreachable",
	[FACT_SYNACK_DROPPED] = "the SYN-ACK was dropped in this namespace",
	[FACT_SYNACK_REASON] = "drop reason known, or implied by the dropping function",
	[FACT_SYNACK_DROPPED_FORWARDING] =
		"the SYN-ACK was dropped on this host while being forwarded",
	[FACT_SYNACK] = "a SYN-ACK arrived in its namespace",
	[FACT_SYNACK_BY_OTHER_DEVICE] =
		"the SYN-ACK came in by another device than the socket is bound to",
	[FACT_STRANGER] = "a SYN-ACK for its SYN came from another address or port",
	[FACT_STRANGER_REFUSED] = "TCP found no socket for a SYN-ACK from another address or port",
	[FACT_OLD_ACK] = "an ACK with another number came",
	[FACT_OLD_SOCKET] = "TCP at the peer took the SYN for one of an older connection",
	[FACT_OTHER_ANSWER] = "a reset or SYN-ACK with another number came",
	[FACT_CROSSED] = "the peer sent a SYN of its own",
	[FACT_QUEUE_HOLDS] =
		"the SYN is queued locally and packets wait in the queue of its device",
	[FACT_NO_WAY_BACK] = "the namespace that the SYN reached has no route back to its source",
	[FACT_QUEUE_FULL] = "the accept queue of the listener on this host is full",
	[FACT_QUEUE_WAS_FULL] = "the accept queue of the listener on this host was full",
	[FACT_QUEUE_SHARED] =
		"listeners with room share its port: which of them the SYN reached is not known",
	[FACT_BACKLOG_FULL] =
		"the SYN backlog of the listener on this host is full of half-open handshakes",
	[FACT_BACKLOG_RESERVED] =
		"the listener on this host has room for handshakes of known peers only",
};

const char *stall_fact_text(unsigned int fact)
{
	return fact < ARRAY_SIZE(texts) ? texts[fact] : NULL;
}
