/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The causes of a hanging or failed connect, in words. Pure. */
#include "diagnosis/causes.h"

const struct cause_row cause_rows[CAUSE_COUNT] = {
	[CAUSE_UNKNOWN] =
		{
			.word = "unknown",
			.meaning = "Inconclusive: no cause could be determined.",
			.advice =
				"Read the evidence; the next SYN is followed with every hook of this kernel.",
		},
	[CAUSE_NO_ROUTE] =
		{
			.word = "no_route",
			.meaning = "This namespace has no route to the destination.",
			.advice =
				"Look at `ip route get DESTINATION` in that namespace; add the route or bring its interface up.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_ROUTE_UNREACHABLE] =
		{
			.word = "route_unreachable",
			.meaning = "The route or rule for the destination is of type unreachable.",
			.advice =
				"Find who set it with `ip route show table all type unreachable` and `ip rule`, and delete it if it should not be.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_ROUTE_PROHIBIT] =
		{
			.word = "route_prohibit",
			.meaning = "The route or rule for the destination is of type prohibit.",
			.advice =
				"Find who set it with `ip route show table all type prohibit`, and `ip rule` for rules that prohibit.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_ROUTE_BLACKHOLE] =
		{
			.word = "route_blackhole",
			.meaning = "The route or rule for the destination is of type blackhole.",
			.advice =
				"Find who set it with `ip route show table all type blackhole` and `ip rule`, and delete it if it should not be.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_PORTS_EXHAUSTED] =
		{
			.word = "ports_exhausted",
			.meaning = "Every local port for this destination is taken.",
			.advice =
				"Make the process that holds them reuse its connections, or widen net.ipv4.ip_local_port_range.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_PORT_IN_USE] =
		{
			.word = "port_in_use",
			.meaning =
				"Another socket already has the same local and remote addresses and ports.",
			.advice =
				"Do not bind a port, or bind another one; a connection in TIME_WAIT ends after 60 s.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_ADDRESS_NOT_AVAILABLE] =
		{
			.word = "address_not_available",
			.meaning =
				"The local address that the socket is bound to is not an address of its namespace.",
			.advice =
				"Compare the address that the program binds with `ip address` in that namespace.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_LOCAL_ADDRESS_GONE] =
		{
			.word = "local_address_gone",
			.meaning =
				"The local address of the connect was removed while it hung: its SYNs are no longer sent.",
			.advice =
				"Find out what removes the address (DHCP, keepalived, a container's end): `ip monitor address`.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_NO_IPV6] =
		{
			.word = "no_ipv6",
			.meaning = "The namespace has no IPv6 address that may be a source.",
			.advice =
				"Look at `ip -6 address` and net.ipv6.conf.all.disable_ipv6 there; or prefer IPv4 in gai.conf.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_ADDRESS_TENTATIVE] =
		{
			.word = "address_tentative",
			.meaning =
				"The namespace's IPv6 addresses cannot be used yet: duplicate address detection is under way.",
			.advice =
				"Wait for it (`ip -6 address show tentative`), or set nodad or optimistic_dad for the address.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_DEVICE_DOWN] =
		{
			.word = "device_down",
			.meaning =
				"The device of the route is down or has no carrier: SYNs do not leave it.",
			.advice =
				"Look at `ip link show` in that namespace; bring the device up, or the other end of its cable.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_DENIED] =
		{
			.word = "denied",
			.meaning =
				"A policy of this host (cgroup program, security module, seccomp, IPsec) denied the call; no SYN was made.",
			.advice =
				"Look at `bpftool cgroup tree`, the audit log, the service's sandbox settings and `ip xfrm policy`.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_NEIGHBOUR_UNRESOLVED] =
		{
			.word = "neighbour_unresolved",
			.meaning =
				"The next hop does not answer ARP or neighbour discovery; the SYN never left this host.",
			.advice =
				"Check that the address is in use on that link: `ip neigh show`, cabling, VLAN, the machine itself.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_DROPPED_OUTPUT] =
		{
			.word = "dropped_output",
			.meaning =
				"This host's firewall, cgroup or queueing discipline dropped the outgoing SYN.",
			.advice =
				"Look for the rule in that namespace: `nft list ruleset`, `iptables-save`, `tc -s qdisc`, `bpftool net`.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_DROPPED_FORWARD] =
		{
			.word = "dropped_forward",
			.meaning =
				"Another network namespace of this host dropped a packet of the handshake.",
			.advice =
				"Look at the rules and routes of the namespace that is named in the evidence.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_DROPPED_INPUT] =
		{
			.word = "dropped_input",
			.meaning =
				"The SYN reached its destination, which is on this host, and was dropped there.",
			.advice =
				"Look at the input rules of the namespace that is named in the evidence.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_CONNTRACK_FULL] =
		{
			.word = "conntrack_full",
			.meaning =
				"Connection tracking of a namespace on this host is full: it drops the SYNs of new connections.",
			.advice =
				"Raise net.netfilter.nf_conntrack_max, or find out whose connections fill the table; time-outs (net.netfilter.nf_conntrack_tcp_timeout_*) and `notrack` rules shorten it.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_NAT_NO_PORT] =
		{
			.word = "nat_no_port",
			.meaning =
				"Source NAT on this host has no free port for this destination: another connection has the port that NAT chose, and the SYN is dropped.",
			.advice =
				"Give the snat rule more ports or addresses, or make the connections that hold them end sooner.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_NAT_STALE_ENTRY] =
		{
			.word = "nat_stale_entry",
			.meaning =
				"A connection tracking entry that is older than the NAT rule still decides how the SYNs are translated.",
			.advice =
				"Connect again from another port, or delete the entry with `conntrack -D` in the namespace that is named.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_NO_ANSWER] =
		{
			.word = "no_answer",
			.meaning = "The SYNs left this host and nothing came back.",
			.advice =
				"Check the destination: is it up, does its firewall drop silently, is there a route back? "
				"`tcpdump` there shows whether the SYN arrives.",
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
			.accuses = true,
		},
	[CAUSE_ICMP_REJECTED] =
		{
			.word = "icmp_rejected",
			.meaning =
				"A router or the destination answered the SYN with an ICMP error.",
			.advice =
				"Ask the operator of the router that is named in the evidence; the code says why it refused.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_SYNACK_DROPPED] =
		{
			.word = "synack_dropped",
			.meaning = "The peer answered, and this host dropped its SYN-ACK.",
			.advice =
				"The reason names the part that dropped it: rp_filter with IP_RPFILTER, rules with NETFILTER_DROP.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_ACCEPT_QUEUE_FULL] =
		{
			.word = "accept_queue_full",
			.meaning =
				"The listener is on this host and its accept queue is full: SYNs are dropped until it accepts.",
			.advice =
				"Find out why the process does not call accept(); raise its backlog and net.core.somaxconn.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_SYN_BACKLOG_FULL] =
		{
			.word = "syn_backlog_full",
			.meaning =
				"The listener is on this host and its SYN backlog is full of half-open handshakes; without SYN cookies further SYNs are dropped.",
			.advice =
				"Look at `ss -tn state syn-recv` there: who does not finish handshakes? Set net.ipv4.tcp_syncookies=1, or raise net.ipv4.tcp_max_syn_backlog and the backlog.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_PEER_HAS_OLD_CONNECTION] =
		{
			.word = "peer_has_old_connection",
			.meaning =
				"The peer still has a connection with the same addresses and ports, and answers the SYN with an ACK of that one.",
			.advice =
				"Allow this host's reset for that ACK (a rule on `ct state invalid` may drop it), close the old connection at the peer, or use another local port.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_ANSWER_FROM_OTHER_ADDRESS] =
		{
			.word = "answer_from_other_address",
			.meaning =
				"The SYN-ACK came from another address or port than the SYN was sent to: NAT translates the SYN but not the answer.",
			.advice =
				"Masquerade clients of the server's own subnet (hairpin NAT), or route the answers back through the NAT.",
			.accuses = true,
		},
	[CAUSE_WRONG_MAC] =
		{
			.word = "wrong_mac",
			.meaning =
				"The SYN reached its destination, which is on this host, in a frame for another MAC address.",
			.advice =
				"Compare `ip neigh show ADDRESS` here with `ip link` at the destination; delete a stale or permanent entry.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_IPSEC_NOT_UP] =
		{
			.word = "ipsec_not_up",
			.meaning =
				"An IPsec policy applies and has no state yet, or the route's device went away: the kernel discarded the SYN.",
			.advice =
				"Look at `ip xfrm policy`, `ip xfrm state`, /proc/net/xfrm_stat and the IKE daemon's log in that namespace.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_QUEUE_HOLDS_IT] =
		{
			.word = "queue_holds_it",
			.meaning =
				"The SYN is queued locally, as are packets in the queueing discipline of its device: a shaper, or a device that does not send.",
			.advice =
				"Look at `tc -s qdisc show` for that device: the backlog, the rate of its shaper, and whether it still sends.",
			.failure = true,
			.accuses = true,
		},
	[CAUSE_NO_WAY_BACK] =
		{
			.word = "no_way_back",
			.meaning =
				"The SYN reached its destination, which is on this host and has no route for the answer.",
			.advice =
				"Add a route back in the namespace that is named in the evidence, or masquerade on the path to it.",
			.failure = true,
			.accuses = true,
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
			.meaning =
				"The kernel gave up: the handshake was not completed in the time allowed.",
			.advice =
				"As for no_answer; net.ipv4.tcp_syn_retries, TCP_SYNCNT or TCP_USER_TIMEOUT set how long it tries.",
			.failure = true,
		},
};
