/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A cause and its evidence -> a command to paste. Only addresses and numbers go into it: names come
 * from outside, and a shell would read them. Pure. */
#include "diagnosis/command.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "diagnosis/causes.h"
#include "diagnosis/drops.h"
#include "diagnosis/facts.h"
#include "diagnosis/lines_internal.h"
#include "diagnosis/reasons.h"
#include "diagnosis/tracking.h"

enum place {
	ANYWHERE, /* it asks for nothing that belongs to a namespace */
	OWN,
	OF_DROP,     /* the drop's reason may have a command of its own */
	OF_TRACKING, /* where the drop was; its reason is netfilter's for any */
	OF_PEER,
	OF_RESET,
	OF_REJECT, /* the rule that may have sent the reset */
	OF_NAT,
	OF_QUEUE,
};

/* {dst} {dport} {src} {lport} of the connect, {hop} its next hop, {reset} the port that refused it,
 * {mark} what a rule made of its SYN's mark, {peer} the listener's port, {from} its SYN's source where it came and {at} its destination there, {uid} its user, {dev} the device of the drop, as
 * iproute2 takes it by number. */
static const struct command_row {
	const char *text;
	uint8_t place; /* enum place */
} rows[CAUSE_COUNT] = {
	[CAUSE_NO_ROUTE] = {"ip route get {dst}", OWN},
	[CAUSE_ROUTE_UNREACHABLE] = {"ip route get {dst}", OWN},
	[CAUSE_ROUTE_PROHIBIT] = {"ip route get {dst}", OWN},
	[CAUSE_ROUTE_BLACKHOLE] = {"ip route get {dst}", OWN},
	[CAUSE_PORTS_EXHAUSTED] = {"ss -tanp dst {dst}", OWN},
	[CAUSE_PORT_IN_USE] = {"ss -tanpe sport = :{lport}", OWN},
	[CAUSE_ADDRESS_NOT_AVAILABLE] = {"ip address show", OWN},
	[CAUSE_LOCAL_ADDRESS_GONE] = {"ip address show to {src}", OWN},
	[CAUSE_NO_IPV6] = {"ip -6 address show", OWN},
	[CAUSE_ADDRESS_TENTATIVE] = {"ip -6 address show tentative", OWN},
	[CAUSE_DEVICE_DOWN] = {"ip link show", OWN},
	[CAUSE_DENIED] = {"bpftool cgroup tree", ANYWHERE},
	[CAUSE_NEIGHBOUR_UNRESOLVED] = {"ip neigh show {hop}", OWN},
	[CAUSE_DROPPED_OUTPUT] = {"nft list ruleset", OF_DROP},
	[CAUSE_DROPPED_FORWARD] = {"nft list ruleset", OF_DROP},
	[CAUSE_DROPPED_INPUT] = {"nft list ruleset", OF_DROP},
	[CAUSE_CONNTRACK_FULL] =
		{"sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max",
		 OF_TRACKING},
	[CAUSE_NAT_NO_PORT] = {"nft list ruleset", OF_TRACKING},
	[CAUSE_NAT_STALE_ENTRY] = {"conntrack -L -p tcp -s {src} -d {dst}", OF_NAT},
	[CAUSE_NO_ANSWER] = {"tcpdump -ni any host {dst} and tcp port {dport}", OWN},
	[CAUSE_REFUSED] = {"ss -ltnp sport = :{reset}", OF_RESET},
	[CAUSE_ICMP_REJECTED] = {"ip route get {dst}", OWN},
	[CAUSE_SYNACK_DROPPED] = {"nft list ruleset", OF_DROP},
	[CAUSE_ACCEPT_QUEUE_FULL] = {"ss -ltnp sport = :{peer}", OF_PEER},
	[CAUSE_SYN_BACKLOG_FULL] = {"ss -tn state syn-recv sport = :{peer}", OF_PEER},
	[CAUSE_PEER_HAS_OLD_CONNECTION] = {"nft list ruleset", OWN},
	[CAUSE_ANSWER_FROM_OTHER_ADDRESS] = {"tcpdump -ni any tcp port {lport}", OWN},
	[CAUSE_WRONG_MAC] = {"ip neigh show {hop}", OWN},
	[CAUSE_QUEUE_HOLDS_IT] = {"tc -s qdisc show", OWN},
	[CAUSE_NO_WAY_BACK] = {"ip route get {from} from {at}", OF_PEER},
	[CAUSE_IPSEC_NOT_UP] = {"ip xfrm state", OWN},
};

/* A namespace entered by ip-netns(8) has another /sys, without cgroups. */
static const char cgroup_tree[] = "bpftool cgroup tree";

static const struct command_row reject_rules = {"nft -a list ruleset", OF_REJECT};
static const struct command_row legacy_rejects[] = {
	{"iptables-legacy -nvL --line-numbers", OF_REJECT},
	{"ip6tables-legacy -nvL --line-numbers", OF_REJECT},
};
static const struct command_row rerouted = {"ip route get {dst} mark {mark}", OWN};
/* A rule may choose by it, and who asks is another one. */
static const struct command_row of_user = {"ip route get {dst} uid {uid}", OWN};
static const struct command_row ipsec_policies = {"ip xfrm policy", OWN};
/* ss shows the device behind the address. */
static const struct command_row bound_socket = {"ss -tan sport = :{lport}", OWN};
static const struct command_row program = {"ip -s link show", OF_QUEUE};
/* Whoever sent the ICMP error dropped the SYN. */
static const struct command_row rejecting = {"nft list ruleset", OF_DROP};
/* The rules that decide stand in this namespace. */
static const struct command_row own_rules = {"nft list ruleset", OWN};

static const struct stall_drop *drop_of(const struct stall *stall, const struct verdict *verdict)
{
	return verdict->drop >= 0 && verdict->drop < STALL_DROPS_MAX ? &stall->drops[verdict->drop]
								     : NULL;
}

static const char *text_of(const struct command_row *row, const struct stall_drop *drop)
{
	const char *command = row->place == OF_DROP && drop ? reason_command(drop) : NULL;

	if (row == &rows[CAUSE_NEIGHBOUR_UNRESOLVED] && drop && drop->tunnelled)
		return "ip neigh show nud failed"; /* of the tunnel's other end, which is not read */
	if (command && strstr(command, "{dev}") && !drop->ifindex)
		return "bpftool net list";
	/* the socket that did not take an answer is the connect's own, no listener */
	if (command && !strncmp(command, "ss -tlnp", 8) && drop->own_namespace &&
	    drop->what == STALL_SYNACK)
		return "ss -tanpbi sport = :{lport}";
	return command ? command : row->text;
}

/* 0: it is not known. */
static uint32_t netns_of(const struct command_row *row, const struct stall *stall,
			 const struct stall_drop *drop)
{
	const struct stall_tracking *nat = tracking_shown(stall, drop);

	switch (row->place) {
	case OWN:
		return stall->flow.netns;
	case OF_DROP:
	case OF_TRACKING:
		return drop ? drop->netns : stall->flow.netns;
	case OF_PEER:
		return stall->peer.netns;
	case OF_NAT:
		return nat ? nat->netns : 0;
	case OF_QUEUE:
		return stall->queued.netns ? stall->queued.netns : stall->flow.netns;
	case OF_REJECT:
		return stall->reject.netns;
	case OF_RESET:
		return stall->reset_from_here ? stall->reset_netns : 0;
	default:
		return 0;
	}
}

static const struct command_row *row_of(const struct stall *stall, uint8_t cause,
					const struct stall_drop *drop)
{
	bool self = cause == CAUSE_ICMP_REJECTED && stall_icmp_from_self(stall);

	if (cause >= CAUSE_NO_ROUTE && cause <= CAUSE_ROUTE_BLACKHOLE && stall->reroute.mark)
		return &rerouted;
	if (cause == CAUSE_SYNACK_DROPPED && drop && !strcmp(drop->reason, "NO_SOCKET"))
		return &bound_socket;
	if (cause == CAUSE_DENIED && stall->ipsec_blocks == STALL_KNOWN_YES)
		return &ipsec_policies;
	if (cause >= CAUSE_NO_ROUTE && cause <= CAUSE_ROUTE_BLACKHOLE && stall->flow.uid)
		return &of_user;
	if (cause == CAUSE_NO_ANSWER && stall->peer.arrived &&
	    drop_without_socket(stall, stall->last_try_ns + DROPS_IN_FLIGHT_NS))
		return &rows[CAUSE_ACCEPT_QUEUE_FULL]; /* who listens there */
	if (cause == CAUSE_QUEUE_HOLDS_IT && (stall_unread(stall) || stall_unread_elsewhere(stall)))
		return &program;
	if (self || (cause == CAUSE_REFUSED && stall->reset_at_home))
		return &own_rules;
	if (cause == CAUSE_ICMP_REJECTED && drop && drop->what == STALL_SYN)
		return &rejecting;
	if (cause == CAUSE_REFUSED && !stall->reset_from_here && stall->reject.netns)
		return stall->reject.legacy ? &legacy_rejects[!endpoint_is_v4(&stall->flow.remote)]
					    : &reject_rules;
	return &rows[cause];
}

static void put_address(char *to, size_t size, const struct endpoint *end)
{
	char text[ADDRESS_SIZE];

	snprintf(to, size, "%s", line_address(end, text));
}

/* The value of "{dst}"; NULL: there is no such word. */
static const char *value_of(const struct stall *stall, const struct stall_drop *drop,
			    const char *word, size_t size, char text[ADDRESS_SIZE])
{
	static const uint8_t none[16];
	const struct endpoint *hop = memcmp(stall->next_hop.addr, none, sizeof(none))
					     ? &stall->next_hop
					     : &stall->flow.remote;
	const struct endpoint *reset =
		stall->reset_end.port ? &stall->reset_end : &stall->flow.remote;
	const struct {
		const char *word;
		const struct endpoint *end;
		bool port;
	} values[] = {
		{"{dst}", &stall->flow.remote, false},	   {"{dport}", &stall->flow.remote, true},
		{"{src}", &stall->flow.local, false},	   {"{lport}", &stall->flow.local, true},
		{"{peer}", &stall->peer.end, true},	   {"{hop}", hop, false},
		{"{from}", &stall->peer.seen_from, false}, {"{reset}", reset, true},
		{"{at}", &stall->peer.end, false},
	};

	if (size == strlen("{mark}") && !memcmp(word, "{mark}", size)) {
		snprintf(text, ADDRESS_SIZE, "0x%x", stall->reroute.mark);
		return text;
	}
	if (size == strlen("{uid}") && !memcmp(word, "{uid}", size)) {
		snprintf(text, ADDRESS_SIZE, "%u", stall->flow.uid);
		return text;
	}
	if (drop && size == strlen("{dev}") && !memcmp(word, "{dev}", size)) {
		snprintf(text, ADDRESS_SIZE, "if%u", drop->ifindex);
		return text;
	}
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		if (strlen(values[i].word) != size || memcmp(values[i].word, word, size))
			continue;
		if (values[i].port)
			snprintf(text, ADDRESS_SIZE, "%u", values[i].end->port);
		else
			put_address(text, ADDRESS_SIZE, values[i].end);
		return text;
	}
	return NULL;
}

static void expand(const struct stall *stall, const struct stall_drop *drop, const char *text,
		   char *to, size_t room)
{
	size_t used = 0;

	while (*text && used + ADDRESS_SIZE < room) {
		size_t size = *text == '{' ? strcspn(text, "}") + 1 : 0;
		char value[ADDRESS_SIZE];

		if (size && value_of(stall, drop, text, size, value)) {
			used += (size_t)snprintf(to + used, room - used, "%s", value);
			text += size;
		} else {
			to[used++] = *text++;
		}
	}
	to[used] = '\0';
}

void stall_command(const struct stall *stall, uint8_t cause, struct verdict *verdict)
{
	const struct stall_drop *drop = drop_of(stall, verdict);
	const struct command_row *row = row_of(stall, cause, drop);
	const char *text = text_of(row, drop);
	bool anywhere = row->place == ANYWHERE || (text && !strcmp(text, cgroup_tree));
	uint32_t netns = anywhere ? 0 : netns_of(row, stall, drop);

	if (!text || (!anywhere && !netns))
		return;
	expand(stall, drop, text, verdict->command, sizeof(verdict->command));
	verdict->command_netns = netns;
}
