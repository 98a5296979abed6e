/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who did it, where the evidence shows it -> what a cause means, in words. Pure. */
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "diagnosis/causes.h"
#include "diagnosis/drops.h"
#include "diagnosis/facts.h"
#include "diagnosis/icmp.h"

static bool icmp_from_destination(const struct stall *stall)
{
	return !memcmp(stall->icmp.from.addr, stall->flow.remote.addr,
		       sizeof(stall->icmp.from.addr));
}

/* Of type and code: that one router found no way on. */
static bool icmp_unreachable(const struct stall *stall)
{
	const struct stall_icmp *icmp = &stall->icmp;

	if (icmp->family == AF_INET6)
		return icmp->type == 1 && (icmp->code == 0 || icmp->code == 3);
	return icmp->type == 3 && (icmp->code <= 1 || icmp->code == 6 || icmp->code == 7);
}

/* Nobody says so of himself: a router that translates the address does, of the machine behind. */
static bool icmp_unreachable_behind(const struct stall *stall)
{
	return icmp_from_destination(stall) && icmp_unreachable(stall);
}

static bool icmp_by_own_rule(const struct stall *stall)
{
	const struct stall_icmp *icmp = &stall->icmp;

	return stall_icmp_from_self(stall) &&
	       !icmp_of_neighbour(icmp->family, icmp->type, icmp->code);
}

static bool icmp_expired(const struct stall *stall)
{
	return stall->icmp.type == (stall->icmp.family == AF_INET6 ? 3 : 11);
}

static bool icmp_not_understood(const struct stall *stall)
{
	const struct stall_icmp *icmp = &stall->icmp;

	return icmp->family == AF_INET6 ? icmp->type == 4
					: icmp->type == 12 || (icmp->type == 3 && icmp->code == 2);
}

static bool reset_at_home(const struct stall *stall)
{
	return stall->reset_at_home;
}

/* The destination is on this host, and its TCP did not send the reset. */
static bool reset_by_firewall(const struct stall *stall)
{
	return stall->resets && !stall->reset_from_here && stall->reject.whole;
}

static bool nobody_listens_here(const struct stall *stall)
{
	return stall->reset_from_here && stall->peer.looked && !stall->peer.listening;
}

static bool listens_elsewhere(const struct stall *stall)
{
	return nobody_listens_here(stall) && stall->peer.elsewhere;
}

static bool listens_on_a_device(const struct stall *stall)
{
	return nobody_listens_here(stall) && stall->peer.elsewhere == STALL_ELSEWHERE_DEVICE;
}

static bool passed_over(const struct stall *stall)
{
	return nobody_listens_here(stall) && stall->peer.elsewhere == STALL_ELSEWHERE_PASSED_OVER;
}

/* Whether this peer is one that the listener knows is not. */
static bool may_be_refused_room(const struct stall *stall)
{
	const struct stall_peer *peer = &stall->peer;

	return peer->listening && peer->half_open_reserve &&
	       peer->half_open >= peer->half_open_reserve &&
	       peer->half_open < peer->half_open_limit;
}

static bool is_polled(const struct stall *stall)
{
	return stall->polled;
}

static bool was_not_passed_on(const struct stall *stall)
{
	const struct stall_peer *peer = &stall->peer;

	return peer->seen_ns && peer->seen_netns == peer->netns && !peer->arrived &&
	       !drop_of_foreign_frame(stall) && peer->seen_identity == STALL_ORIGINAL &&
	       !peer->seen_other_host && !strcmp(peer->onward_kind, "veth");
}

static bool without_fast_open(const struct stall *stall)
{
	return stall_answered_without(stall, OPTION_FAST_OPEN);
}

static bool without_mptcp(const struct stall *stall)
{
	return stall_answered_without(stall, OPTION_MPTCP);
}

static bool is_rerouted(const struct stall *stall)
{
	return drop_reroute(stall, stall->last_try_ns + DROPS_IN_FLIGHT_NS);
}

static bool blocked_by_ipsec(const struct stall *stall)
{
	return stall->ipsec_blocks == STALL_KNOWN_YES;
}

static bool passed_by_ipsec(const struct stall *stall)
{
	return stall->ipsec_blocks == STALL_KNOWN_NO;
}

static bool held_by_ipsec(const struct stall *stall)
{
	return stall->in_host && stall->queued.by_ipsec;
}

static bool reset_was_lost(const struct stall *stall)
{
	return drop_without_socket(stall, stall->last_try_ns + DROPS_IN_FLIGHT_NS);
}

static bool came_by_other_device(const struct stall *stall)
{
	uint64_t now = stall->last_try_ns + DROPS_IN_FLIGHT_NS;

	return !drop_latest(stall, STALL_SYNACK, now) && drop_by_other_device(stall, now);
}

static bool was_taken(const struct stall *stall)
{
	return stall->peer.arrived && stall->peer.listening &&
	       drop_taken(stall, stall->last_try_ns + DROPS_IN_FLIGHT_NS);
}

static bool lies_unread(const struct stall *stall)
{
	return stall_unread(stall) || stall_unread_elsewhere(stall);
}

static bool lies_here(const struct stall *stall)
{
	return stall->queued.there && stall->queued.kind[0];
}

#define REROUTED(cause, type)                                                                                                                                     \
	{                                                                                                                                                         \
		cause, is_rerouted,                                                                                                                               \
			"A rule of netfilter changed the mark or address of the SYN, and " type                                                                   \
			", so the SYN was discarded.",                                                                                                            \
			"Look for the rule (`nft list ruleset`, `iptables-save -t mangle`) and for the route of that mark: `ip rule`, `ip route show table all`." \
	}

static const struct cause_case cases[] = {
	REROUTED(CAUSE_ROUTE_BLACKHOLE, "its route then is of type blackhole"),
	REROUTED(CAUSE_ROUTE_PROHIBIT, "its route then is of type prohibit"),
	REROUTED(CAUSE_ROUTE_UNREACHABLE, "its route then is of type unreachable"),
	REROUTED(CAUSE_NO_ROUTE, "there is no route for that"),
	{
		CAUSE_DENIED,
		blocked_by_ipsec,
		"The IPsec policy that covers this connection is of type block: the kernel sends no SYN.",
		"Look at `ip xfrm policy` in that namespace, and at who set it (`ip xfrm monitor`): an IKE daemon blocks what is not to leave in clear.",
	},
	{
		CAUSE_DENIED,
		passed_by_ipsec,
		"A policy of this host (cgroup program, security module, seccomp) denied the call; no SYN was made.",
		"Look at `bpftool cgroup tree`, the audit log and the service's sandbox settings.",
	},
	{
		CAUSE_IPSEC_NOT_UP,
		held_by_ipsec,
		"An IPsec policy applies and has no state yet: the kernel holds the SYN in the queue of the policy.",
		"Look at `ip xfrm policy`, `ip xfrm state` and the IKE daemon's log in that namespace: why does it make no state?",
	},
	{
		CAUSE_QUEUE_HOLDS_IT,
		lies_unread,
		"The SYN is in the queue of a tun or tap device: the program behind it does not read.",
		"Look at the program that has the device open (a VPN, a virtual machine): is it stopped, or busy?",
	},
	{
		CAUSE_SYNACK_DROPPED,
		came_by_other_device,
		"The peer answered, and its SYN-ACK came in by another device than the one that the socket is bound to: TCP found no socket for it.",
		"Make the answers come back by that device (routes of the peer and of the routers between), or do not bind the socket to it (SO_BINDTODEVICE).",
	},
	{
		CAUSE_NO_ANSWER,
		reset_was_lost,
		"TCP where the SYN came to, on this host, found no socket for it; the reset that it answers with was not taken here.",
		"Start the server, or correct the port; and look for rules that drop resets between there and here: `nft list ruleset`.",
	},
	{
		CAUSE_NO_ANSWER,
		was_taken,
		"TCP at the destination, which is on this host, has the SYN and answers it; the SYN-ACK does not arrive.",
		"Look for what takes the SYN-ACK on its way back: `ip route get SOURCE` there, tc and XDP programs, the devices between.",
	},
	{
		CAUSE_NO_ANSWER,
		lies_here,
		"The SYN is still on this host, in a queue at the device that is named in the evidence.",
		"Look at that device in the namespace that is named: `tc -s qdisc show`, `ip neigh show`, and who reads from it.",
	},
	{
		CAUSE_NO_ANSWER,
		stall_to_program,
		"The SYNs were handed to a program of this host by a tun or tap device, and nothing came back.",
		"Look at that program (a VPN, a virtual machine): is its own connection up? Run `tcpdump` on the device that it sends by.",
	},
	{
		CAUSE_SLOW,
		without_fast_open,
		"The connection was made by the first SYN without the TCP Fast Open option: that may be dropped on the way, or one SYN was lost.",
		"If it happens again and again, something on the way drops SYNs with the option: try net.ipv4.tcp_fastopen=0, or the server's port without it.",
	},
	{
		CAUSE_SLOW,
		without_mptcp,
		"The third retry made the connection. From Linux 6.12 on it carries no MPTCP option, which may be dropped on the way; or SYNs were lost.",
		"If it happens again and again, something on the way drops SYNs with the option: try net.mptcp.enabled=0, or plain TCP.",
	},
	{
		CAUSE_NO_ANSWER,
		stall_came_there,
		"The SYN reached its destination, which is on this host, and no answer came back.",
		"Check the return path in the namespace that is named: `ip route get` for the source of the SYN, output rules, and `nstat -az TcpExtListenDrops`.",
	},
	{
		CAUSE_NO_ANSWER,
		was_not_passed_on,
		"The SYN reached a namespace of this host that should forward it, and was not seen to leave it.",
		"Look for what consumes packets there: a transparent proxy (TPROXY), a queue to a program (NFQUEUE), a tc program.",
	},
	{
		CAUSE_NO_ANSWER,
		is_polled,
		"SYNs were sent and the socket received no answer; without BPF, what happened to them is not seen.",
		"Run netstate where it can load BPF programs (`netstate doctor` says what is missing), or use `tcpdump` here and at the destination.",
	},
	{
		CAUSE_UNKNOWN,
		may_be_refused_room,
		"Inconclusive: the rest of the SYN backlog is reserved for peers that the listener knows.",
		"Check `ss -tn state syn-recv` there: who does not finish handshakes? net.ipv4.tcp_syncookies=1 accepts every SYN.",
	},
	{
		CAUSE_ICMP_REJECTED,
		icmp_by_own_rule,
		"This namespace itself answered the SYN with an ICMP error, as a rule with reject does; it did not leave the host.",
		"Look for the rule in that namespace: `nft list ruleset`, `iptables-save`; IPVS without a server answers so, too (`ipvsadm -Ln`).",
	},
	{
		CAUSE_ICMP_REJECTED,
		stall_icmp_from_self,
		"This namespace itself answered the SYN with an ICMP error: a rule with reject, or a next hop that it cannot reach.",
		"Look for the rule in that namespace (`nft list ruleset`, `iptables-save`), and at `ip neigh show`.",
	},
	{
		CAUSE_ICMP_REJECTED,
		icmp_expired,
		"The SYN's hop limit ran out on a router: usually a routing loop.",
		"Trace the path with `traceroute -n` or `mtr`: routers that repeat are the loop.",
	},
	{
		CAUSE_ICMP_REJECTED,
		icmp_not_understood,
		"The receiver of the SYN does not support its protocol, or an option in its header, and said so by ICMP.",
		"Look for IP options or extension headers that the program sets, and whether the sender of the ICMP speaks TCP.",
	},
	{
		CAUSE_ICMP_REJECTED,
		icmp_unreachable_behind,
		"An ICMP error that says unreachable came from the destination's own address: NAT on the way, or a rule with reject.",
		"Is the address translated (DNAT, a load balancer)? Then the machine behind is not reached from there; else look for a rule with reject at the destination.",
	},
	{
		CAUSE_ICMP_REJECTED,
		icmp_unreachable,
		"A router has no route to the destination, or the destination does not answer the router, which said so by ICMP.",
		"Check the router that is named: `ip route get` and `ip neigh show` for the destination; is that machine up?",
	},
	{
		CAUSE_ICMP_REJECTED,
		icmp_from_destination,
		"The destination itself, or a router that translates its address, answered the SYN with an ICMP error.",
		"Look at the firewall rules of the destination, and of a router that translates its address (DNAT): one of them rejects the SYN.",
	},
	{
		CAUSE_REFUSED,
		reset_at_home,
		"This host's own firewall answered the SYN with a reset; it did not leave the host.",
		"Look for a rule with `reject with tcp reset` in that namespace: `nft list ruleset`, `iptables-save`.",
	},
	{
		CAUSE_REFUSED,
		reset_by_firewall,
		"The destination is on this host, and a firewall answered the SYN with a reset: TCP there did not.",
		"Look for a rule with `reject with tcp reset` in the namespace that is named: `nft -a list ruleset`, `iptables-save`.",
	},
	{
		CAUSE_REFUSED,
		listens_on_a_device,
		"The destination is on this host; a server listens on that port, but only for packets of another device.",
		"Make the server listen on all devices (without SO_BINDTODEVICE), or connect through that device.",
	},
	{
		CAUSE_REFUSED,
		passed_over,
		"The destination is on this host; TCP there found no listener for the SYN, though a socket listens on that port.",
		"If it is not just starting, look for BPF programs of type sk_lookup: `bpftool net list`, `bpftool link show`.",
	},
	{
		CAUSE_REFUSED,
		listens_elsewhere,
		"The destination is on this host; a server listens on that port, but not on that address.",
		"Make the server listen on that address (0.0.0.0 or ::), or connect to the one that it listens on.",
	},
	{
		CAUSE_REFUSED,
		nobody_listens_here,
		"The destination is on this host, and nothing listens there on that address and port.",
		"Start the server, or correct the address or port: `ss -ltn` in the namespace that is named.",
	},
};

const struct cause_case *cause_case_find(uint8_t cause, const struct stall *stall)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (cases[i].cause == cause && cases[i].holds(stall))
			return &cases[i];
	}
	return NULL;
}
