/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters of /proc/net/snmp and sctp/snmp -> the sentences of netstat -s. Pure. */
#include "netstat/layout/sentences.h"

/*
 * The words are netstat's interface, mistakes included. What is missing here although the reference
 * has words for it is missing on purpose: it does not find them in its own table, and shows such
 * counters by their names.
 */
static const struct sentence ip[] = {
	{"InReceives", SENTENCE_ALWAYS, "# total packets received"},
	{"InHdrErrors", SENTENCE_NONZERO, "# with invalid headers"},
	{"InAddrErrors", SENTENCE_NONZERO, "# with invalid addresses"},
	{"ForwDatagrams", SENTENCE_ALWAYS, "# forwarded"},
	{"InUnknownProtos", SENTENCE_NONZERO, "# with unknown protocol"},
	{"InDiscards", SENTENCE_ALWAYS, "# incoming packets discarded"},
	{"InDelivers", SENTENCE_ALWAYS, "# incoming packets delivered"},
	{"OutRequests", SENTENCE_ALWAYS, "# requests sent out"},
	{"OutDiscards", SENTENCE_NONZERO, "# outgoing packets dropped"},
	{"OutNoRoutes", SENTENCE_NONZERO, "# dropped because of missing route"},
	{"ReasmTimeout", SENTENCE_NONZERO, "# fragments dropped after timeout"},
	{"ReasmReqds", SENTENCE_NONZERO, "# reassemblies required"},
	{"ReasmOKs", SENTENCE_NONZERO, "# packets reassembled ok"},
	{"ReasmFails", SENTENCE_NONZERO, "# packet reassemblies failed"},
	{"FragOKs", SENTENCE_NONZERO, "# outgoing packets fragmented ok"},
	{"FragFails", SENTENCE_NONZERO, "# outgoing packets failed fragmentation"},
	{"FragCreates", SENTENCE_NONZERO, "# fragments created"},
	{"DefaultTTL", SENTENCE_NEVER, ""},
	{.counter = NULL},
};

static const struct sentence icmp[] = {
	{"InMsgs", SENTENCE_ALWAYS, "# ICMP messages received"},
	{"InErrors", SENTENCE_ALWAYS, "# input ICMP message failed"},
	{"InDestUnreachs", SENTENCE_IN, "destination unreachable: #"},
	{"InTimeExcds", SENTENCE_IN, "timeout in transit: #"},
	{"InParmProbs", SENTENCE_IN, "wrong parameters: #"},
	{"InSrcQuenchs", SENTENCE_IN, "source quenches: #"},
	{"InRedirects", SENTENCE_IN, "redirects: #"},
	{"InEchos", SENTENCE_IN, "echo requests: #"},
	{"InEchoReps", SENTENCE_IN, "echo replies: #"},
	{"InTimestamps", SENTENCE_IN, "timestamp request: #"},
	{"InTimestampReps", SENTENCE_IN, "timestamp reply: #"},
	{"InAddrMasks", SENTENCE_IN, "address mask request: #"},
	{"InAddrMaskReps", SENTENCE_IN, "address mask replies: #"},
	{"OutMsgs", SENTENCE_ALWAYS, "# ICMP messages sent"},
	{"OutErrors", SENTENCE_ALWAYS, "# ICMP messages failed"},
	{"OutDestUnreachs", SENTENCE_OUT, "destination unreachable: #"},
	{"OutTimeExcds", SENTENCE_OUT, "time exceeded: #"},
	{"OutParmProbs", SENTENCE_OUT, "wrong parameters: #"},
	{"OutSrcQuenchs", SENTENCE_OUT, "source quench: #"},
	{"OutRedirects", SENTENCE_OUT, "redirect: #"},
	{"OutEchos", SENTENCE_OUT, "echo requests: #"},
	{"OutEchoReps", SENTENCE_OUT, "echo replies: #"},
	{"OutTimestamps", SENTENCE_OUT, "timestamp requests: #"},
	{"OutTimestampReps", SENTENCE_OUT, "timestamp replies: #"},
	{"OutAddrMasks", SENTENCE_OUT, "address mask requests: #"},
	{"OutAddrMaskReps", SENTENCE_OUT, "address mask replies: #"},
	{.counter = NULL},
};

static const struct sentence tcp[] = {
	{"RtoAlgorithm", SENTENCE_NEVER, ""},
	{"RtoMin", SENTENCE_NEVER, ""},
	{"RtoMax", SENTENCE_NEVER, ""},
	{"MaxConn", SENTENCE_NEVER, ""},
	{"ActiveOpens", SENTENCE_ALWAYS, "# active connection openings"},
	{"PassiveOpens", SENTENCE_ALWAYS, "# passive connection openings"},
	{"AttemptFails", SENTENCE_ALWAYS, "# failed connection attempts"},
	{"EstabResets", SENTENCE_ALWAYS, "# connection resets received"},
	{"CurrEstab", SENTENCE_ALWAYS, "# connections established"},
	{"InSegs", SENTENCE_ALWAYS, "# segments received"},
	{"OutSegs", SENTENCE_ALWAYS, "# segments sent out"},
	{"RetransSegs", SENTENCE_ALWAYS, "# segments retransmitted"},
	{"InErrs", SENTENCE_ALWAYS, "# bad segments received"},
	{"OutRsts", SENTENCE_ALWAYS, "# resets sent"},
	{.counter = NULL},
};

static const struct sentence udp[] = {
	{"InDatagrams", SENTENCE_ALWAYS, "# packets received"},
	{"NoPorts", SENTENCE_ALWAYS, "# packets to unknown port received"},
	{"InErrors", SENTENCE_ALWAYS, "# packet receive errors"},
	{"OutDatagrams", SENTENCE_ALWAYS, "# packets sent"},
	{"RcvbufErrors", SENTENCE_ALWAYS, "# receive buffer errors"},
	{"SndbufErrors", SENTENCE_ALWAYS, "# send buffer errors"},
	{.counter = NULL},
};

static const struct sentence sctp[] = {
	{"SctpCurrEstab", SENTENCE_ALWAYS, "# Current Associations"},
	{"SctpActiveEstabs", SENTENCE_ALWAYS, "# Active Associations"},
	{"SctpPassiveEstabs", SENTENCE_ALWAYS, "# Passive Associations"},
	{"SctpAborteds", SENTENCE_ALWAYS, "# Number of Aborteds "},
	{"SctpShutdowns", SENTENCE_ALWAYS, "# Number of Graceful Terminations"},
	{"SctpOutOfBlues", SENTENCE_ALWAYS, "# Number of Out of Blue packets"},
	{"SctpChecksumErrors", SENTENCE_ALWAYS, "# Number of Packets with invalid Checksum"},
	{"SctpOutCtrlChunks", SENTENCE_ALWAYS, "# Number of control chunks sent"},
	{"SctpOutOrderChunks", SENTENCE_ALWAYS, "# Number of ordered chunks sent"},
	{"SctpOutUnorderChunks", SENTENCE_ALWAYS, "# Number of Unordered chunks sent"},
	{"SctpInCtrlChunks", SENTENCE_ALWAYS, "# Number of control chunks received"},
	{"SctpInOrderChunks", SENTENCE_ALWAYS, "# Number of ordered chunks received"},
	{"SctpInUnorderChunks", SENTENCE_ALWAYS, "# Number of Unordered chunks received"},
	{"SctpFragUsrMsgs", SENTENCE_ALWAYS, "# Number of messages fragmented"},
	{"SctpReasmUsrMsgs", SENTENCE_ALWAYS, "# Number of messages reassembled "},
	{"SctpOutSCTPPacks", SENTENCE_ALWAYS, "# Number of SCTP packets sent"},
	{"SctpInSCTPPacks", SENTENCE_ALWAYS, "# Number of SCTP packets received"},
	{.counter = NULL},
};

const struct sentence_section sentences_inet[] = {
	{"Ip", ip, NETSTAT_RAW},
	{"Icmp", icmp, NETSTAT_RAW},
	{"Tcp", tcp, NETSTAT_TCP},
	{"Udp", udp, NETSTAT_UDP},
	{"TcpExt", sentences_tcp_ext, NETSTAT_TCP},
	{"Sctp", sctp, NETSTAT_SCTP},
	{.name = NULL},
};
