/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Drop reasons -> what they mean and what to do, as data. Pure. */
#include "diagnosis/reasons.h"

#include <string.h>

#include "base/cleanup.h"

#define BRIDGE_MEANING                                                                             \
	"the bridge forwards it to no port: isolated ports, spanning tree, a VLAN filter, or flooding turned off"
#define BRIDGE_ADVICE                                                                              \
	"Look at `bridge -d link show`, `bridge vlan show` and `bridge fdb show` where the bridge is."

#define XDP_MEANING "an XDP program dropped it"
#define XDP_ADVICE "Look at `ip link show` and `bpftool net` for programs of type xdp."

/* From the top: the first that fits. Names as in include/net/dropreason-core.h. */
const struct reason_row reason_rows[] = {
	{.reason = "OTHERHOST", .meaning = "the frame was for another machine", .ordinary = true},
	{.reason = "NO_SOCKET",
	 .meaning = "nothing listens there, or the answer fits no connect",
	 .ordinary = true},
	{.reason = "QUEUE_PURGE", .meaning = "a socket was closed", .ordinary = true},
	{.reason = "SKB_CONSUMED", .meaning = "it was taken", .ordinary = true},
	{.reason = "CONSUMED", .meaning = "it was taken", .ordinary = true},
	{.reason = "SOCKET_CLOSE", .meaning = "a socket was closed", .ordinary = true},
	{.reason = "PACKET_SOCK_ERROR", .meaning = "a sniffer's own copy", .ordinary = true},
	{.reason = "NETFILTER_DROP",
	 .meaning = "a firewall rule (nftables, iptables) dropped it",
	 .advice =
		 "List the rules of the namespace that is named: `nft list ruleset`, `iptables-save`."},
	{.location = "nf_hook_slow",
	 .meaning = "a firewall rule (nftables, iptables) dropped it",
	 .advice =
		 "List the rules of the namespace that is named: `nft list ruleset`, `iptables-save`."},
	{.reason = "BPF_CGROUP_EGRESS",
	 .meaning = "a cgroup BPF program dropped it",
	 .advice =
		 "Look at `bpftool cgroup tree`: programs of type egress on the cgroup of the process."},
	{.reason = "TC_EGRESS",
	 .meaning = "a tc BPF program or filter dropped it on its way out",
	 .advice = "Look at `tc filter show dev DEVICE egress` and `bpftool net`."},
	{.reason = "TC_INGRESS",
	 .meaning = "a tc BPF program or filter dropped it on its way in",
	 .advice = "Look at `tc filter show dev DEVICE ingress` and `bpftool net`."},
	{.reason = "XDP", .meaning = XDP_MEANING, .advice = XDP_ADVICE},
	{.location = "do_xdp_generic", .meaning = XDP_MEANING, .advice = XDP_ADVICE},
	{.location = "bpf_prog_run_generic_xdp", .meaning = XDP_MEANING, .advice = XDP_ADVICE},
	{.location = "veth_xdp_rcv_skb", .meaning = XDP_MEANING, .advice = XDP_ADVICE},
	{.reason = "QDISC_DROP",
	 .meaning = "the device's queueing discipline did not take it: full, or the device is down",
	 .advice =
		 "Look at `ip link show DEVICE` (is it up?) and at `tc -s qdisc show dev DEVICE` for drops."},
	{.reason = "QDISC_OVERLIMIT",
	 .meaning = "the device's queue was full",
	 .advice = "Look at `tc -s qdisc show dev DEVICE`: limit, backlog and dropped."},
	{.reason = "QDISC_CONGESTED",
	 .meaning = "the device's queue was congested",
	 .advice = "Look at `tc -s qdisc show dev DEVICE`: backlog and dropped."},
	{.reason = "CPU_BACKLOG",
	 .meaning = "the receive queue of a processor was full: this host is overloaded",
	 .advice =
		 "Raise net.core.netdev_max_backlog, or spread the load (RPS); /proc/net/softnet_stat counts such drops."},
	{.reason = "IP_RPFILTER",
	 .meaning = "reverse path filtering: the way back leads over another device",
	 .advice =
		 "Compare `ip route get SOURCE` with the device that it came in on; net.ipv4.conf.*.rp_filter=2 checks loosely."},
	{.reason = "IP_LOCALNET",
	 .meaning = "an address of 127.0.0.0/8 came in from a device",
	 .advice =
		 "Such addresses are valid inside the host only; net.ipv4.conf.DEVICE.route_localnet=1 allows them."},
	{.reason = "IP_LOCAL_SOURCE",
	 .meaning = "its source is this namespace's own address: an address is in use twice",
	 .advice =
		 "Look for the address in both namespaces: `ip address`; net.ipv4.conf.DEVICE.accept_local=1 allows it."},
	{.reason = "IP_INVALID_SOURCE",
	 .meaning = "its source address is not valid there",
	 .advice = "Compare the source with `ip address` and NAT rules."},
	{.reason = "IP_INVALID_DEST",
	 .meaning = "its destination address is not valid there",
	 .advice = "Look at `ip address` and `ip route show table local` there."},
	{.reason = "IP_INNOROUTES",
	 .meaning = "no route leads on from there",
	 .advice = "Look at `ip route get DESTINATION` in the namespace that is named."},
	{.reason = "IP_OUTNOROUTES",
	 .meaning = "no route leads out from there",
	 .advice = "Look at `ip route get DESTINATION` in the namespace that is named."},
	{.reason = "UNICAST_IN_L2_MULTICAST",
	 .meaning = "a unicast packet in a multicast frame",
	 .advice =
		 "Look at the neighbour entry and at NAT or cluster addresses with multicast MACs."},
	{.reason = "XFRM_POLICY",
	 .meaning = "an IPsec policy wants it encrypted, and it was not",
	 .advice = "Compare `ip xfrm policy` and `ip xfrm state` on both ends."},
	{.location = "dst_discard_out",
	 .meaning =
		 "its route leads nowhere: IPsec has no state for it yet, or the device went away",
	 .advice =
		 "Look at `ip xfrm policy`, `ip xfrm state` and /proc/net/xfrm_stat, and whether the device is still there."},
	{.location = "dst_discard",
	 .meaning =
		 "its route leads nowhere: IPsec has no state for it yet, or the device went away",
	 .advice =
		 "Look at `ip xfrm policy`, `ip xfrm state` and /proc/net/xfrm_stat, and whether the device is still there."},
	{.reason = "SOCKET_FILTER",
	 .meaning =
		 "a filter that the program set on its socket (SO_ATTACH_FILTER, SO_ATTACH_BPF) dropped it",
	 .advice = "Look at the program that listens: `ss -ltnb` shows its filter."},
	{.reason = "TCP_MINTTL",
	 .meaning = "its TTL is below what the listener demands (IP_MINTTL, as BGP's TTL security)",
	 .advice = "Compare the hops on the way with the minimum TTL that the listener sets."},
	{.reason = "TCP_INVALID_SYN",
	 .meaning =
		 "the peer holds an older connection with the same addresses and ports: its socket there is ESTABLISHED or closing",
	 .advice =
		 "Close the old connection at the peer (`ss -tn`, `ss -K`), or connect from another port."},
	{.reason = "TCP_MD5NOTFOUND",
	 .meaning = "the listener demands a TCP MD5 signature",
	 .advice = "Set the same TCP_MD5SIG key on both ends."},
	{.reason = "TCP_MD5UNEXPECTED",
	 .meaning = "it has a TCP MD5 signature that the listener does not expect",
	 .advice = "Set the same TCP_MD5SIG key on both ends."},
	{.reason = "TCP_MD5FAILURE",
	 .meaning = "its TCP MD5 signature is wrong",
	 .advice = "Set the same TCP_MD5SIG key on both ends."},
	{.reason = "TCP_AONOTFOUND",
	 .meaning = "the listener demands a TCP-AO signature",
	 .advice = "Set the same TCP_AO key on both ends."},
	{.reason = "TCP_AOFAILURE",
	 .meaning = "its TCP-AO signature is wrong",
	 .advice = "Set the same TCP_AO key on both ends."},
	{.reason = "TCP_CSUM",
	 .meaning = "its TCP checksum is wrong",
	 .advice =
		 "Look for a device or program that changes packets; `ethtool -k DEVICE` shows checksum offloads."},
	{.reason = "IP_CSUM",
	 .meaning = "its IP checksum is wrong",
	 .advice = "Look for a device or program that changes packets."},
	{.reason = "TCP_FLAGS", .meaning = "its TCP flags make no sense in that state"},
	{.reason = "TCP_LISTEN_OVERFLOW",
	 .meaning = "the accept queue of the listener is full",
	 .advice =
		 "Find out why the process does not call accept(); raise its backlog and net.core.somaxconn."},
	{.reason = "PROTO_MEM",
	 .meaning = "TCP used all the memory that it may",
	 .advice = "Compare /proc/net/sockstat with net.ipv4.tcp_mem."},
	{.reason = "SOCKET_RCVBUFF", .meaning = "the socket's receive buffer is full"},
	{.reason = "NOMEM",
	 .meaning = "the kernel had no memory",
	 .advice = "Look at the memory of this host and of the cgroup."},
	{.reason = "FULL_RING",
	 .meaning = "the queue towards a program (tun, tap) or another device is full",
	 .advice = "Look whether the program behind the tun or tap device reads."},
	{.reason = "TAP_FILTER", .meaning = "a filter of the tap device dropped it"},
	{.reason = "DEV_READY",
	 .meaning = "the device is down, or no program has it open",
	 .advice = "Look at `ip link show DEVICE`."},
	{.reason = "NO_TX_TARGET",
	 .meaning = "the device has nowhere to send it",
	 .advice = "Look at `ip -d link show DEVICE` and `bridge fdb show dev DEVICE`."},
	{.reason = "VXLAN_NO_REMOTE",
	 .meaning = "VXLAN has no remote end for that MAC address",
	 .advice = "Look at `bridge fdb show dev DEVICE`."},
	{.reason = "BRIDGE_INGRESS_STP_STATE",
	 .meaning = "the port of the bridge does not forward yet (spanning tree)",
	 .advice =
		 "Look at `bridge link`; wait for the forward delay, or set it to 0 where there is no loop."},
	{.reason = "BRIDGE_NO_EGRESS_PORT", .meaning = BRIDGE_MEANING, .advice = BRIDGE_ADVICE},
	{.location = "br_handle_frame_finish", .meaning = BRIDGE_MEANING, .advice = BRIDGE_ADVICE},
	{.location = "br_handle_frame", .meaning = BRIDGE_MEANING, .advice = BRIDGE_ADVICE},
	{.location = "br_forward", .meaning = BRIDGE_MEANING, .advice = BRIDGE_ADVICE},
	{.location = "br_flood", .meaning = BRIDGE_MEANING, .advice = BRIDGE_ADVICE},
	{.reason = "IFF_IN_DOWN",
	 .meaning = "the device is down",
	 .advice = "Set it up: `ip link set DEVICE up`."},
	{.reason = "PKT_TOO_BIG", .meaning = "it is larger than the path takes"},
};

const size_t reason_row_count = ARRAY_SIZE(reason_rows);

/* "dst_discard_out.isra.0" is dst_discard_out(). */
static bool is_function(const char *name, const char *function)
{
	size_t length = strlen(function);

	return !strncmp(name, function, length) && (!name[length] || name[length] == '.');
}

bool reason_by_bridge(const struct stall_drop *drop)
{
	static const char *const places[] = {"br_handle_frame_finish", "br_handle_frame",
					     "br_forward", "br_flood"};
	bool found = !strncmp(drop->reason, "BRIDGE_", 7);

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		found |= is_function(drop->location, places[i]);
	return found;
}

const struct reason_row *reason_find(const struct stall_drop *drop)
{
	bool said = drop->reason[0] && strcmp(drop->reason, "NOT_SPECIFIED");

	for (size_t i = 0; i < ARRAY_SIZE(reason_rows); i++) {
		const struct reason_row *row = &reason_rows[i];

		if (row->reason ? !strcmp(row->reason, drop->reason)
				: !said && is_function(drop->location, row->location))
			return row;
	}
	return NULL;
}
