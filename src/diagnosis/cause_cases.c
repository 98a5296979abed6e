/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who did it, where the evidence tells -> what a cause means, in words. Pure. */
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "diagnosis/causes.h"
#include "diagnosis/facts.h"

static bool icmp_from_destination(const struct stall *stall)
{
	return !memcmp(stall->icmp.from.addr, stall->flow.remote.addr,
		       sizeof(stall->icmp.from.addr));
}

/* Of type and code: that one router found no way on. */
static bool icmp_unreachable(const struct stall *stall)
{
	const struct stall_icmp *icmp = &stall->icmp;

	if (icmp_from_destination(stall))
		return false;
	if (icmp->family == AF_INET6)
		return icmp->type == 1 && (icmp->code == 0 || icmp->code == 3);
	return icmp->type == 3 && (icmp->code <= 1 || icmp->code == 6 || icmp->code == 7);
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

static bool came_to_its_destination(const struct stall *stall)
{
	const struct stall_peer *peer = &stall->peer;

	return peer->arrived && peer->seen_ns && peer->seen_netns == peer->netns &&
	       peer->seen_identity == STALL_ORIGINAL && !peer->seen_other_host;
}

static bool was_not_passed_on(const struct stall *stall)
{
	const struct stall_peer *peer = &stall->peer;

	return peer->seen_ns && !peer->arrived && peer->seen_identity == STALL_ORIGINAL &&
	       !peer->seen_other_host && !strcmp(peer->onward_kind, "veth");
}

static const struct cause_case cases[] = {
	{
		CAUSE_NO_ANSWER,
		came_to_its_destination,
		"The SYN came to its destination, which is on this host, and no answer came back from there.",
		"Look at the way back in the namespace that is named: `ip route get` for the source of the SYN, its output rules, and `nstat -az TcpExtListenDrops`.",
	},
	{
		CAUSE_NO_ANSWER,
		was_not_passed_on,
		"The SYN came to a namespace of this host that should send it on, and is not seen behind it.",
		"Look for what takes packets there: a transparent proxy (TPROXY), a queue to a program (NFQUEUE), a tc program.",
	},
	{
		CAUSE_NO_ANSWER,
		is_polled,
		"SYNs were sent and the socket took no answer; without BPF nobody sees what became of them.",
		"Let netstate load BPF programs (`netstate doctor` says what is missing), or look with `tcpdump` here and at the destination.",
	},
	{
		CAUSE_UNKNOWN,
		may_be_refused_room,
		"Inconclusive: what room is left for half-open handshakes is kept for peers that the listener knows.",
		"Look at `ss -tn state syn-recv` there: who does not finish handshakes? net.ipv4.tcp_syncookies=1 would let every SYN in.",
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
		"The SYN's hop limit ran out on a router: as a rule a routing loop.",
		"Follow the way with `traceroute -n` or `mtr`: routers that come again and again are the loop.",
	},
	{
		CAUSE_ICMP_REJECTED,
		icmp_not_understood,
		"Whoever got the SYN does not know its protocol, or an option in its header, and said so by ICMP.",
		"Look for IP options or extension headers that the program sets, and whether the sender of the ICMP speaks TCP.",
	},
	{
		CAUSE_ICMP_REJECTED,
		icmp_unreachable,
		"A router has no way to the destination, or the destination does not answer it, and said so by ICMP.",
		"Look on the router that is named: `ip route get` and `ip neigh show` for the destination; is that machine up?",
	},
	{
		CAUSE_ICMP_REJECTED,
		icmp_from_destination,
		"The destination itself answered the SYN with an ICMP error.",
		"Look at the firewall rules of the destination: one of them rejects the SYN.",
	},
	{
		CAUSE_REFUSED,
		reset_at_home,
		"This host's own firewall answered the SYN with a reset; it did not leave the host.",
		"Look for a rule with `reject with tcp reset` in that namespace: `nft list ruleset`, `iptables-save`.",
	},
	{
		CAUSE_REFUSED,
		listens_on_a_device,
		"The destination is on this host; a server listens on that port, but only for packets of another device.",
		"Let the server listen on all devices (without SO_BINDTODEVICE), or connect through that device.",
	},
	{
		CAUSE_REFUSED,
		listens_elsewhere,
		"The destination is on this host; a server listens on that port, but not on the address that was dialled.",
		"Let the server listen on that address (0.0.0.0 or ::), or connect to the one that it listens on.",
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
