/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Drop reasons -> what they mean and what to do, as data. Pure. */
#include "diagnosis/reasons.h"

#include <string.h>

#include "base/cleanup.h"

#define BRIDGE_MEANING                                                                             \
	"the bridge forwards it to no port: isolated ports, spanning tree, a VLAN filter, or flooding turned off"
#define BRIDGE_ADVICE                                                                              \
	"Look at `bridge -d link show`, `bridge vlan show` and `bridge fdb show` where the bridge is."

#define NO_WAY_MEANING                                                                             \
	"the route there is of type blackhole, unreachable or prohibit, or there is none"
#define NO_WAY_ADVICE                                                                              \
	"Look at `ip route get DESTINATION`, `ip rule` and `ip route show table all` in the namespace that is named."
#define NEIGH_ADVICE                                                                               \
	"Look at `ip route get` and `ip neigh show` in the namespace that is named: is the next hop up, and on that link?"

#define LEGACY_TOO "sh -c 'nft list ruleset; iptables-legacy-save; ip6tables-legacy-save'"

#define XDP_MEANING "an XDP program dropped it"
#define XDP_ADVICE "Look at `ip link show` and `bpftool net` for programs of type xdp."

/* From the top: the first that fits. Names as in include/net/dropreason-core.h. */
static const struct reason_row reason_rows[] = {
	{.reason = "OTHERHOST", .meaning = "the frame was for another machine", .ordinary = true},
	{.reason = "NO_SOCKET",
	 .meaning = "nothing listens there, or the answer fits no connect",
	 .ordinary = true},
	{.reason = "QUEUE_PURGE", .meaning = "a socket was closed", .ordinary = true},
	{.reason = "SKB_CONSUMED", .meaning = "it was taken", .ordinary = true},
	{.reason = "CONSUMED", .meaning = "it was taken", .ordinary = true},
	{.reason = "SOCKET_CLOSE", .meaning = "a socket was closed", .ordinary = true},
	{.reason = "PACKET_SOCK_ERROR", .meaning = "a sniffer's own copy", .ordinary = true},
	/* from 6.6 on a rule of nftables names its own function */
	{.reason = "NETFILTER_DROP",
	 .location = "nf_hook_slow",
	 .command = LEGACY_TOO,
	 .meaning = "a firewall rule (nftables, iptables) dropped it",
	 .advice =
		 "List the rules of the namespace that is named: `nft list ruleset`, `iptables-legacy-save`."},
	{.reason = "NETFILTER_DROP",
	 .command = "nft list ruleset",
	 .meaning = "a firewall rule (nftables, iptables) dropped it",
	 .advice =
		 "List the rules of the namespace that is named: `nft list ruleset`, `iptables-save`."},
	{.location = "nf_hook_slow",
	 .command = LEGACY_TOO,
	 .meaning = "a firewall rule (nftables, iptables) dropped it",
	 .advice =
		 "List the rules of the namespace that is named: `nft list ruleset`, `iptables-save`."},
	{.reason = "BPF_CGROUP_EGRESS",
	 .command = "bpftool cgroup tree",
	 .meaning = "a cgroup BPF program dropped it",
	 .advice =
		 "Look at `bpftool cgroup tree`: programs of type egress on the cgroup of the process."},
	{.reason = "TC_EGRESS",
	 .command = "tc -s filter show dev {dev} egress",
	 .meaning = "a tc BPF program or filter dropped it at egress",
	 .advice = "Look at `tc filter show dev DEVICE egress` and `bpftool net`."},
	{.reason = "TC_INGRESS",
	 .command = "tc -s filter show dev {dev} ingress",
	 .meaning = "a tc BPF program or filter dropped it at ingress",
	 .advice = "Look at `tc filter show dev DEVICE ingress` and `bpftool net`."},
	{.reason = "XDP",
	 .command = "bpftool net list",
	 .meaning = XDP_MEANING,
	 .advice = XDP_ADVICE},
	{.location = "do_xdp_generic",
	 .command = "bpftool net list",
	 .meaning = XDP_MEANING,
	 .advice = XDP_ADVICE},
	{.location = "bpf_prog_run_generic_xdp",
	 .command = "bpftool net list",
	 .meaning = XDP_MEANING,
	 .advice = XDP_ADVICE},
	{.location = "veth_xdp_rcv_skb",
	 .command = "bpftool net list",
	 .meaning = XDP_MEANING,
	 .advice = XDP_ADVICE},
	{.reason = "QDISC_DROP",
	 .command = "tc -s qdisc show",
	 .meaning = "the device's queueing discipline did not take it: full, or the device is down",
	 .advice =
		 "Look at `ip link show DEVICE` (is it up?) and at `tc -s qdisc show dev DEVICE` for drops."},
	{.reason = "QDISC_OVERLIMIT",
	 .command = "tc -s qdisc show",
	 .meaning = "the device's queue was full",
	 .advice = "Look at `tc -s qdisc show dev DEVICE`: limit, backlog and dropped."},
	{.reason = "QDISC_CONGESTED",
	 .command = "tc -s qdisc show",
	 .meaning = "the device's queue was congested",
	 .advice = "Look at `tc -s qdisc show dev DEVICE`: backlog and dropped."},
	{.reason = "CPU_BACKLOG",
	 .command = "cat /proc/net/softnet_stat",
	 .meaning = "the receive queue of a processor was full: this host is overloaded",
	 .advice =
		 "Raise net.core.netdev_max_backlog, or spread the load (RPS); /proc/net/softnet_stat counts such drops."},
	{.reason = "IP_RPFILTER",
	 .command = "sysctl -a -r rp_filter",
	 .meaning = "reverse path filtering: the route back uses another device",
	 .advice =
		 "Compare `ip route get SOURCE` with the device that it arrived on; net.ipv4.conf.*.rp_filter=2 checks loosely."},
	{.reason = "IP_LOCALNET",
	 .command = "sysctl -a -r route_localnet",
	 .meaning = "an address of 127.0.0.0/8 came in from a device",
	 .advice =
		 "Such addresses are valid inside the host only; net.ipv4.conf.DEVICE.route_localnet=1 allows them."},
	{.reason = "IP_LOCAL_SOURCE",
	 .command = "ip address show",
	 .meaning = "its source is this namespace's own address: an address is in use twice",
	 .advice =
		 "Look for the address in both namespaces: `ip address`; net.ipv4.conf.DEVICE.accept_local=1 allows it."},
	{.reason = "IP_INVALID_SOURCE",
	 .command = "ip address show",
	 .meaning = "its source address is not valid there",
	 .advice = "Compare the source with `ip address` and NAT rules."},
	{.reason = "IP_INVALID_DEST",
	 .command = "ip route show table local",
	 .meaning = "its destination address is not valid there",
	 .advice = "Look at `ip address` and `ip route show table local` there."},
	{.reason = "IP_INNOROUTES",
	 .command = "ip route show table all",
	 .meaning = "there is no route onwards",
	 .advice = "Look at `ip route get DESTINATION` in the namespace that is named."},
	{.reason = "IP_OUTNOROUTES",
	 .command = "ip route show table all",
	 .meaning = "there is no route out",
	 .advice = "Look at `ip route get DESTINATION` in the namespace that is named."},
	{.reason = "IP_INADDRERRORS",
	 .command = "sysctl -a -r '[.]forwarding'",
	 .meaning =
		 "that namespace forwards nothing (ip_forward is 0), nothing from that device, or not from or to such an address",
	 .advice =
		 "If it should forward, set net.ipv4.ip_forward or net.ipv6.conf.all.forwarding to 1 there, and net.ipv4.conf.DEVICE.forwarding."},
	{.reason = "IPV6DISABLED",
	 .command = "sysctl -a -r disable_ipv6",
	 .meaning = "IPv6 is disabled on the device that it arrived on",
	 .advice = "Look at net.ipv6.conf.DEVICE.disable_ipv6 in the namespace that is named."},
	{.reason = "IPV6_BAD_EXTHDR",
	 .command = "nstat -az Ip6InHdrErrors",
	 .meaning = "its IPv6 extension headers are not valid",
	 .advice = "Look for the program or device that puts them in."},
	{.reason = "UNHANDLED_PROTO",
	 .command = "nstat -az",
	 .meaning = "nothing there takes that protocol or option",
	 .advice = "Look for the protocol, tunnel or IPv6 option that the receiver does not know."},
	{.reason = "TCP_RFC7323_PAWS",
	 .command = "nstat -az TcpExtPAWSActive TcpExtPAWSEstab",
	 .meaning = "its time stamp does not fit this connection (PAWS)",
	 .advice = "Look for NAT or a balancer behind which several hosts answer for one address."},
	{.reason = "VXLAN_VNI_NOT_FOUND",
	 .command = "ip -d link show type vxlan",
	 .meaning = "no VXLAN device there has its network number (VNI)",
	 .advice = "Compare `ip -d link show type vxlan` on both ends: id, and the port."},
	{.reason = "VXLAN_INVALID_HDR",
	 .command = "ip -d link show type vxlan",
	 .meaning = "the VXLAN header has flags that the device there does not know",
	 .advice = "Compare the VXLAN extensions (gbp, gpe) on both ends."},
	{.reason = "VXLAN_INVALID_SMAC",
	 .command = "ip -d link show type vxlan",
	 .meaning = "the sender's MAC address inside VXLAN is the receiver's own",
	 .advice = "Look for a loop, or a MAC address that two devices have."},
	{.reason = "VXLAN_ENTRY_EXISTS",
	 .command = "bridge fdb show",
	 .meaning = "the forwarding table has that MAC address behind another remote end",
	 .advice = "Look at `bridge fdb show dev DEVICE` for entries that are out of date."},
	{.reason = "UNICAST_IN_L2_MULTICAST",
	 .command = "ip neigh show",
	 .meaning = "a unicast packet in a multicast frame",
	 .advice =
		 "Look at the neighbour entry and at NAT or cluster addresses with multicast MACs."},
	{.reason = "XFRM_POLICY",
	 .command = "ip xfrm policy",
	 .meaning =
		 "an IPsec policy refused it: it is of type block, has no state yet, or wants it encrypted, and it was not",
	 .advice =
		 "Look for `action block` in `ip xfrm policy`; else compare `ip xfrm policy` and `ip xfrm state` on both ends."},
	{.location = "dst_discard_out",
	 .command = "ip xfrm state",
	 .meaning =
		 "its route leads nowhere: IPsec has no state for it yet, or the device went away",
	 .advice =
		 "Look at `ip xfrm policy`, `ip xfrm state` and /proc/net/xfrm_stat, and whether the device is still there."},
	{.location = "dst_discard",
	 .command = "ip route get {dst}",
	 .meaning = "its route there leads nowhere: of type blackhole, or the device went away",
	 .advice = NO_WAY_ADVICE},
	{.location = "ip_error",
	 .command = "ip route get {dst}",
	 .meaning = NO_WAY_MEANING,
	 .advice = NO_WAY_ADVICE},
	{.location = "ip6_pkt_drop",
	 .command = "ip route get {dst}",
	 .meaning = NO_WAY_MEANING,
	 .advice = NO_WAY_ADVICE},
	{.reason = "NEIGH_FAILED",
	 .command = "ip neigh show nud failed",
	 .meaning = "the next hop from there does not answer ARP or neighbour discovery",
	 .advice = NEIGH_ADVICE},
	{.location = "neigh_invalidate",
	 .command = "ip neigh show nud failed",
	 .meaning = "the next hop from there does not answer ARP or neighbour discovery",
	 .advice = NEIGH_ADVICE},
	{.reason = "SOCKET_FILTER",
	 .command = "ss -tlnpb",
	 .meaning =
		 "a filter of the socket (SO_ATTACH_FILTER, SO_ATTACH_BPF) or of its cgroup (systemd's IPAddressDeny=) dropped it",
	 .advice =
		 "Look at the program that owns the socket: `ss -ltnb` shows its filter, `bpftool cgroup tree` those of its cgroup."},
	{.reason = "TCP_MINTTL",
	 .command = "ss -tlnp sport = :{peer}",
	 .meaning = "its TTL is below what the socket demands (IP_MINTTL, as BGP's TTL security)",
	 .advice = "Compare the hops on the way with the minimum TTL that the socket sets."},
	{.reason = "TCP_INVALID_SYN",
	 .command = "ss -tanp sport = :{peer}",
	 .meaning =
		 "the peer holds an older connection with the same addresses and ports: its socket there is ESTABLISHED or closing",
	 .advice =
		 "Close the old connection at the peer (`ss -tn`, `ss -K`), or connect from another port."},
	{.reason = "TCP_MD5NOTFOUND",
	 .command = "ss -tlnpi",
	 .meaning = "the listener demands a TCP MD5 signature",
	 .advice = "Set the same TCP_MD5SIG key on both ends."},
	{.reason = "TCP_MD5UNEXPECTED",
	 .command = "ss -tlnpi",
	 .meaning = "it has a TCP MD5 signature that the listener does not expect",
	 .advice = "Set the same TCP_MD5SIG key on both ends."},
	{.reason = "TCP_MD5FAILURE",
	 .command = "ss -tlnpi",
	 .meaning = "its TCP MD5 signature is wrong",
	 .advice = "Set the same TCP_MD5SIG key on both ends."},
	{.reason = "TCP_AONOTFOUND",
	 .command = "ss -tlnpi",
	 .meaning = "the listener demands a TCP-AO signature",
	 .advice = "Set the same TCP_AO key on both ends."},
	{.reason = "TCP_AOFAILURE",
	 .command = "ss -tlnpi",
	 .meaning = "its TCP-AO signature is wrong",
	 .advice = "Set the same TCP_AO key on both ends."},
	{.reason = "TCP_CSUM",
	 .command = "nstat -az TcpInCsumErrors",
	 .meaning = "its TCP checksum is wrong",
	 .advice =
		 "Look for a device or program that changes packets; `ethtool -k DEVICE` shows checksum offloads."},
	{.reason = "IP_CSUM",
	 .command = "nstat -az IpExtInCsumErrors",
	 .meaning = "its IP checksum is wrong",
	 .advice = "Look for a device or program that changes packets."},
	{.reason = "TCP_FLAGS", .meaning = "its TCP flags make no sense in that state"},
	{.reason = "TCP_LISTEN_OVERFLOW",
	 .command = "ss -tlnp",
	 .meaning = "the accept queue of the listener is full",
	 .advice =
		 "Find out why the process does not call accept(); raise its backlog and net.core.somaxconn."},
	{.reason = "PROTO_MEM",
	 .command = "cat /proc/net/sockstat",
	 .meaning = "TCP used all the memory that it may",
	 .advice = "Compare /proc/net/sockstat with net.ipv4.tcp_mem."},
	{.reason = "SOCKET_RCVBUFF", .meaning = "the socket's receive buffer is full"},
	{.reason = "NOMEM",
	 .meaning = "the kernel had no memory",
	 .advice = "Look at the memory of this host and of the cgroup."},
	{.reason = "FULL_RING",
	 .command = "ip -s link show",
	 .meaning = "the queue towards a program (tun, tap) or another device is full",
	 .advice = "Look whether the program behind the tun or tap device reads."},
	{.reason = "TAP_FILTER",
	 .command = "ip -d link show",
	 .meaning = "a filter of the tap device dropped it"},
	{.reason = "DEV_READY",
	 .command = "ip link show",
	 .meaning = "the device is down, or no program has it open",
	 .advice = "Look at `ip link show DEVICE`."},
	{.reason = "NO_TX_TARGET",
	 .command = "bridge fdb show",
	 .meaning = "the device has nowhere to send it",
	 .advice = "Look at `ip -d link show DEVICE` and `bridge fdb show dev DEVICE`."},
	{.reason = "VXLAN_NO_REMOTE",
	 .command = "bridge fdb show",
	 .meaning = "VXLAN has no remote end for that MAC address",
	 .advice = "Look at `bridge fdb show dev DEVICE`."},
	{.reason = "BRIDGE_INGRESS_STP_STATE",
	 .command = "bridge link show",
	 .meaning =
		 "the port of the bridge does not forward: spanning tree, a port that is disabled, or the bridge is down",
	 .advice =
		 "Look at `bridge link` and at `ip link show` of the bridge; with spanning tree, wait for the forward delay, or set it to 0 where there is no loop."},
	{.reason = "BRIDGE_NO_EGRESS_PORT",
	 .command = "bridge -d link show",
	 .meaning = BRIDGE_MEANING,
	 .advice = BRIDGE_ADVICE},
	{.location = "br_handle_frame_finish",
	 .command = "bridge -d link show",
	 .meaning = BRIDGE_MEANING,
	 .advice = BRIDGE_ADVICE},
	{.location = "br_handle_frame",
	 .command = "bridge -d link show",
	 .meaning = BRIDGE_MEANING,
	 .advice = BRIDGE_ADVICE},
	{.location = "br_forward",
	 .command = "bridge -d link show",
	 .meaning = BRIDGE_MEANING,
	 .advice = BRIDGE_ADVICE},
	{.location = "br_flood",
	 .command = "bridge -d link show",
	 .meaning = BRIDGE_MEANING,
	 .advice = BRIDGE_ADVICE},
	{.reason = "IFF_IN_DOWN",
	 .command = "ip link show",
	 .meaning = "the device is down",
	 .advice = "Set it up: `ip link set DEVICE up`."},
	{.reason = "PKT_TOO_BIG", .meaning = "it is larger than the path takes"},
};

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

		if (row->reason && strcmp(row->reason, drop->reason))
			continue;
		if (row->location
			    ? (row->reason || !said) && is_function(drop->location, row->location)
			    : row->reason != NULL)
			return row;
	}
	return NULL;
}

const char *reason_command(const struct stall_drop *drop)
{
	const struct reason_row *row = reason_find(drop);
	bool said = drop->reason[0] && strcmp(drop->reason, "NOT_SPECIFIED");

	if (row)
		return row->command;
	return said ? "nstat -az" : NULL;
}

const char *reason_advice(const struct stall_drop *drop)
{
	const struct reason_row *row = reason_find(drop);
	bool said = drop->reason[0] && strcmp(drop->reason, "NOT_SPECIFIED");

	if (row)
		return row->advice;
	return said ? "Look the drop reason up in include/net/dropreason-core.h of the kernel; `nstat -az` in the namespace that is named shows counters beside it."
		    : NULL;
}
