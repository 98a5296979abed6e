/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters of /proc/net/snmp6 -> the sentences of netstat -s6. Pure. */
#include "netstat/layout/sentences.h"

static const struct sentence ip6[] = {
	{"Ip6InReceives", SENTENCE_ALWAYS, "# total packets received"},
	{"Ip6InHdrErrors", SENTENCE_NONZERO, "# with invalid headers"},
	{"Ip6InTooBigErrors", SENTENCE_NONZERO, "# with packets too big"},
	{"Ip6InNoRoutes", SENTENCE_NONZERO, "# incoming packets with no route"},
	{"Ip6InAddrErrors", SENTENCE_NONZERO, "# with invalid addresses"},
	{"Ip6InUnknownProtos", SENTENCE_NONZERO, "# with unknown protocol"},
	{"Ip6InTruncatedPkts", SENTENCE_NONZERO, "# with truncated packets"},
	{"Ip6InDiscards", SENTENCE_ALWAYS, "# incoming packets discarded"},
	{"Ip6InDelivers", SENTENCE_ALWAYS, "# incoming packets delivered"},
	{"Ip6OutForwDatagrams", SENTENCE_ALWAYS, "# forwarded"},
	{"Ip6OutRequests", SENTENCE_ALWAYS, "# requests sent out"},
	{"Ip6OutDiscards", SENTENCE_NONZERO, "# outgoing packets dropped"},
	{"Ip6OutNoRoutes", SENTENCE_NONZERO, "# dropped because of missing route"},
	{"Ip6ReasmTimeout", SENTENCE_NONZERO, "# fragments dropped after timeout"},
	{"Ip6ReasmReqds", SENTENCE_NONZERO, "# reassemblies required"},
	{"Ip6ReasmOKs", SENTENCE_NONZERO, "# packets reassembled ok"},
	{"Ip6ReasmFails", SENTENCE_NONZERO, "# packet reassemblies failed"},
	{"Ip6FragOKs", SENTENCE_NONZERO, "# outgoing packets fragmented ok"},
	{"Ip6FragFails", SENTENCE_NONZERO, "# outgoing packets failed fragmentation"},
	{"Ip6FragCreates", SENTENCE_NONZERO, "# fragments created"},
	{"Ip6InMcastPkts", SENTENCE_NONZERO, "# incoming multicast packets"},
	{"Ip6OutMcastPkts", SENTENCE_NONZERO, "# outgoing multicast packets"},
	{.counter = NULL},
};

static const struct sentence icmp6[] = {
	{"Icmp6InMsgs", SENTENCE_ALWAYS, "# ICMP messages received"},
	{"Icmp6InErrors", SENTENCE_ALWAYS, "# input ICMP message failed"},
	{"Icmp6OutMsgs", SENTENCE_ALWAYS, "# ICMP messages sent"},
	{"Icmp6InDestUnreachs", SENTENCE_IN, "destination unreachable: #"},
	{"Icmp6InPktTooBigs", SENTENCE_IN, "packets too big: #"},
	{"Icmp6InTimeExcds", SENTENCE_IN, "received ICMPv6 time exceeded: #"},
	{"Icmp6InParmProblems", SENTENCE_IN, "parameter problem: #"},
	{"Icmp6InEchos", SENTENCE_IN, "echo requests: #"},
	{"Icmp6InEchoReplies", SENTENCE_IN, "echo replies: #"},
	{"Icmp6InGroupMembQueries", SENTENCE_IN, "group member queries: #"},
	{"Icmp6InGroupMembResponses", SENTENCE_IN, "group member responses: #"},
	{"Icmp6InGroupMembReductions", SENTENCE_IN, "group member reductions: #"},
	{"Icmp6InRouterSolicits", SENTENCE_IN, "router solicits: #"},
	{"Icmp6InRouterAdvertisements", SENTENCE_IN, "router advertisement: #"},
	{"Icmp6InNeighborSolicits", SENTENCE_IN, "neighbour solicits: #"},
	{"Icmp6InNeighborAdvertisements", SENTENCE_IN, "neighbour advertisement: #"},
	{"Icmp6InRedirects", SENTENCE_IN, "redirects: #"},
	{"Icmp6OutDestUnreachs", SENTENCE_OUT, "destination unreachable: #"},
	{"Icmp6OutPktTooBigs", SENTENCE_OUT, "packets too big: #"},
	{"Icmp6OutTimeExcds", SENTENCE_OUT, "sent ICMPv6 time exceeded: #"},
	{"Icmp6OutParmProblems", SENTENCE_OUT, "parameter problem: #"},
	{"Icmp6OutEchos", SENTENCE_OUT, "echo requests: #"},
	{"Icmp6OutEchoReplies", SENTENCE_OUT, "echo replies: #"},
	{"Icmp6OutGroupMembQueries", SENTENCE_OUT, "group member queries: #"},
	{"Icmp6OutGroupMembResponses", SENTENCE_OUT, "group member responses: #"},
	{"Icmp6OutGroupMembReductions", SENTENCE_OUT, "group member reductions: #"},
	{"Icmp6OutRouterSolicits", SENTENCE_OUT, "router solicits: #"},
	{"Icmp6OutNeighborSolicits", SENTENCE_OUT, "neighbor solicits: #"},
	{"Icmp6OutNeighborAdvertisements", SENTENCE_OUT, "neighbor advertisements: #"},
	{"Icmp6OutRedirects", SENTENCE_OUT, "redirects: #"},
	{.counter = NULL},
};

static const struct sentence udp6[] = {
	{"Udp6InDatagrams", SENTENCE_ALWAYS, "# packets received"},
	{"Udp6NoPorts", SENTENCE_ALWAYS, "# packets to unknown port received"},
	{"Udp6InErrors", SENTENCE_ALWAYS, "# packet receive errors"},
	{"Udp6OutDatagrams", SENTENCE_ALWAYS, "# packets sent"},
	{.counter = NULL},
};

static const struct sentence none[] = {{.counter = NULL}};

const struct sentence_section sentences_inet6[] = {
	{"Ip6", ip6, NETSTAT_RAW},
	{"Icmp6", icmp6, NETSTAT_RAW},
	{"Udp6", udp6, NETSTAT_UDP},
	{"Tcp6", none, NETSTAT_TCP},
	{.name = NULL},
};
