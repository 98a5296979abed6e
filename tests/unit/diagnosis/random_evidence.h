/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence at random. */
#ifndef UNIT_DIAGNOSIS_RANDOM_EVIDENCE_H
#define UNIT_DIAGNOSIS_RANDOM_EVIDENCE_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "diagnosis/drops.h"
#include "diagnosis/facts.h"
#include "netstate/tcp_state.h"
#include "unit/diagnosis/random_tracking.h"
#include "unit/diagnosis/random_way.h"
#include "unit/diagnosis/situation.h"

struct evidence {
	struct stall stall;
	struct stall_senses senses;
};

static inline void random_end(struct stall *stall)
{
	static const int errors[] = {ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, EACCES, ECONNABORTED};
	static const int early[] = {ENETUNREACH, EHOSTUNREACH,	EACCES, EPERM,
				    EINVAL,	 EADDRNOTAVAIL, ENOSYS};

	stall->end = (uint8_t)random_number(STALL_UNSEEN + 1);
	stall->connect_ret = STALL_RET_UNKNOWN;
	if (stall->end != STALL_GOES_ON)
		stall->end_ns = NOW;
	if (stall->end == STALL_FAILED)
		stall->sk_err = errors[random_number(sizeof(errors) / sizeof(errors[0]))];
	if (stall->end == STALL_REFUSED_EARLY)
		stall->connect_ret = -early[random_number(sizeof(early) / sizeof(early[0]))];
}

/* What no rule asks for: numbers, names. */
static inline void random_socket(struct stall *stall)
{
	stall->inode = random_number(9);
	stall->bound_ifindex = random_number(3);
	stall->descriptor = (int32_t)random_number(9);
	stall->mptcp = one_in(9);
	stall->fast_open = one_in(9);
	if (stall->resets && !stall->reset_from_here)
		stall->reject = (struct stall_reject){
			.whole = one_in(2), .asked = true, .netns = THERE, .rules = 1};
	stall->before_start = one_in(9);
	stall->killed = stall->end == STALL_CLOSED && one_in(2);
	stall->end_unseen = stall->end == STALL_UNSEEN || one_in(9);
	stall->proven = one_in(4) ? (uint8_t)(1 + random_number(CAUSE_COUNT)) : 0;
	stall->inspected_ns = stall->inspected ? START + S / 2 : 0;
	stall->srtt_us = random_number(9);
	stall->asked = random_known();
	stall->not_followed = !stall->followed_ns && one_in(3);
	stall->hurried_ns = stall->retries && one_in(9) ? S / 2 : 0;
	stall->retries_made = stall->retries - stall->retries_busy;
	stall->data_in_host = stall->retries && one_in(8);
	stall->sent_known = random_number(stall->retries_left + 1);
	stall->sent_to_tun = random_number(stall->sent_known + 1);
	stall->last_sent_ns = stall->last_try_ns;
	stall->last_retry_ns = stall->last_try_ns;
	if (one_in(2))
		stall->timer = (struct stall_timer){.known = true,
						    .first_ns = START,
						    .next_ns = NOW + S,
						    .rto_ns = S,
						    .syn_retries = 6,
						    .rto_max_ns = 120 * S};
}

/* A socket of TCP Fast Open that waits for data. */
static inline bool makes_no_syn(struct stall *stall)
{
	stall->no_syn = stall->inspected && one_in(12);
	if (stall->no_syn)
		stall->first_left = stall->in_host = stall->queue_known = false;
	if (stall->no_syn)
		stall->queue_packets = 0;
	return stall->no_syn;
}

static inline void random_sends(struct stall *stall)
{
	stall->inspected = !one_in(8);
	stall->first_left = !one_in(4);
	stall->in_host = one_in(5);
	stall->queue_known = stall->in_host && !one_in(3);
	stall->queue_packets = stall->queue_known ? random_number(3) : 0;
	if (makes_no_syn(stall))
		return;
	stall->retries = random_number(4);
	for (uint32_t i = 0; i < stall->retries; i++) {
		switch (random_number(10)) {
		case 0:
			stall->retries_busy++;
			break;
		case 1:
			stall->retries_denied++;
			break;
		case 2:
			stall->retries_failed++;
			stall->last_retry_err = stall->last_failure_err = -EHOSTUNREACH;
			break;
		case 3:
			stall->retries_congested++;
			break;
		case 4:
			stall->retries_unseen++;
			break;
		default:
			stall->retries_left++;
		}
	}
	if (!stall->retries)
		return;
	stall->followed_ns = START + S / 2;
	stall->followed_sends = stall->retries - stall->retries_busy;
	stall->last_try_ns = stall->followed_sends ? START + stall->followed_sends * S : 0;
	stall->try_before_ns = stall->followed_sends > 1 ? stall->last_try_ns - S : 0;
}

static inline void random_drop(struct stall *stall)
{
	static const char *const reasons[] = {
		"NETFILTER_DROP", "NOT_SPECIFIED", "TCP_INVALID_SYN", "NO_SOCKET", "TCP_MINTTL",
		"NEIGH_FAILED",	  "XDP",	   "IP_RPFILTER",     "",	   "OTHERHOST"};
	static const char *const places[] = {
		"nft_do_chain",	    "tcp_v4_rcv",   "dst_discard_out", "ip_rcv_core",
		"neigh_invalidate", "nf_hook_slow", "veth_xdp_rcv",    "br_handle_frame_finish"};
	struct stall_drop *drop = &stall->drops[stall->drop_count++];

	snprintf(drop->reason, sizeof(drop->reason), "%s", reasons[random_number(10)]);
	snprintf(drop->location, sizeof(drop->location), "%s", places[random_number(8)]);
	drop->what = (uint8_t)(1 + random_number(3));
	drop->where = (uint8_t)random_number(STALL_SOMEWHERE + 1);
	drop->identity = (uint8_t)random_number(3);
	drop->tracked = random_known();
	drop->netns = drop->where == STALL_SOMEWHERE ? 0 : one_in(2) ? HERE : THERE;
	drop->own_namespace = drop->netns == HERE;
	drop->count = 1 + random_number(3);
	drop->last_ns = random_time();
	drop->other_host = one_in(6);
	drop->tunnelled = one_in(8);
	drop->ifindex = random_number(3);
	drop->mark = random_number(3);
	drop->from = (struct endpoint)V4(1);
	drop->to = (struct endpoint)V4(2);
	if (drop->what == STALL_SYNACK && one_in(2)) {
		drop->from = stall->flow.remote;
		drop->to = stall->flow.local;
	}
}

/* IPv6 has other numbers; packet-too-big and fragmentation-needed refuse nothing. */
static inline struct stall_icmp random_icmp(const struct stall *stall)
{
	static const uint8_t types[] = {3, 3, 3, 3, 3, 11, 12}, codes[] = {0, 1, 3, 4, 13, 0, 0};
	static const uint8_t types6[] = {1, 1, 1, 1, 2, 3, 4}, codes6[] = {0, 1, 3, 4, 0, 0, 0};
	bool six = stall->flow.family == AF_INET6;
	uint32_t row = random_number(sizeof(types));
	struct stall_icmp icmp = {.family = stall->flow.family,
				  .type = six ? types6[row] : types[row],
				  .code = six ? codes6[row] : codes[row],
				  .from = one_in(3) ? stall->flow.local : stall->flow.remote,
				  .at_ns = random_time()};

	if (one_in(3))
		icmp.from.addr[15] = 9;
	return icmp;
}

static inline void random_reset(struct stall *stall)
{
	stall->resets = stall->end == STALL_FAILED && one_in(3);
	if (!stall->resets)
		return;
	stall->reset_at_home = !stall->first_left && one_in(2);
	stall->reset_from_here = one_in(2);
	if (!stall->reset_from_here)
		return;
	stall->reset_netns = THERE;
	stall->reset_end = (struct endpoint)PORT(2, 80);
	snprintf(stall->reset_reason, sizeof(stall->reset_reason), "NO_SOCKET");
}

static inline void random_answers(struct stall *stall)
{
	random_reset(stall);
	stall->synacks = one_in(6);
	stall->strangers = one_in(6);
	stall->stranger_refused = stall->strangers && one_in(2);
	stall->stranger_ns = stall->stranger_refused ? random_time() : 0;
	stall->others = one_in(5);
	stall->other_flags = one_in(2) ? 16 : 18;
	stall->other_ns = stall->others ? random_time() : 0;
	stall->copied_ns = one_in(4) ? random_time() : 0;
	if (stall->strangers)
		stall->stranger = (struct endpoint)PORT(9, 80);
	stall->crossed_ns = one_in(20) ? START + S / 2 : 0;
	stall->soft_err = one_in(9) ? EHOSTUNREACH : 0;
	stall->drops_more = stall->drop_count ? random_number(2) : 0;
	if (!stall->resets && one_in(5)) /* either ends the connect */
		stall->icmp = random_icmp(stall);
}

/* What rules do not ask for, or only by its kind. */
static inline void random_names(struct stall *stall)
{
	static const char *const kinds[] = {"", "veth", "vxlan", "tun"};

	snprintf(stall->device, sizeof(stall->device), "eth0");
	snprintf(stall->device_kind, sizeof(stall->device_kind), "%s", kinds[random_number(4)]);
	snprintf(stall->route_text, sizeof(stall->route_text), "default via 10.0.0.9");
	snprintf(stall->queue_kind, sizeof(stall->queue_kind), "%s",
		 stall->queue_known ? "tbf" : "");
	stall->next_hop = (struct endpoint)V4(9);
	stall->policy = (struct stall_policy){.table = 100, .priority = 5, .rule = "fwmark 0x1"};
	stall->hop_place = (struct stall_place){.netns = THERE, .device = "r0", .kind = "veth"};
	stall->icmp_place = (struct stall_place){.netns = THERE, .device = "r0", .kind = "veth"};
	if (one_in(9))
		stall->fallback = (struct stall_fallback){.wait_ns = S, .count = 2, .to = V4(5)};
}

static inline void random_answers_of_the_kernel(struct stall *stall)
{
	stall->route = (uint8_t)random_number(STALL_ROUTE_BLACKHOLE + 1);
	stall->neighbour = (uint8_t)random_number(STALL_NEIGHBOUR_FAILED + 1);
	if (one_in(2))
		stall->ports = (struct stall_ports){.looked = true,
						    .late = one_in(5),
						    .own_range = one_in(5),
						    .low = 1,
						    .high = 10,
						    .used = random_number(12),
						    .bound = random_number(3),
						    .time_wait = random_number(3),
						    .reserved = random_number(3),
						    .pid = 7,
						    .comm = "hog",
						    .in_use_state = TCP_STATE_ESTABLISHED};
	random_names(stall);
	if (one_in(2))
		return;
	stall->peer = (struct stall_peer){
		.seen = true,
		.seen_netns = THERE,
		.netns = THERE,
		.asked = true,
		.arrived = !one_in(5),
		.nat_asked = random_known(),
		.seen_end = V4(2),
		.end = V4(2 + (one_in(4) ? 1 : 0)),
		.seen_from = V4(1),
		.seen_ifindex = 3,
		.onward_asked = random_known(),
		.onward_kind = "veth",
		.onward_device = "v1",
		.members = 1 + random_number(3),
		.members_full = random_number(2),
		.looked = true,
		.listening = one_in(2),
		.was_full = one_in(2),
		.queue = random_number(3),
		.limit = 1,
		.pid = 7,
		.comm = "srv",
		.last_accept_ns = START,
		.half_open_reserve = random_number(2),
		.elsewhere = (uint8_t)random_number(STALL_ELSEWHERE_PASSED_OVER + 1),
		.elsewhere_more = 1,
		.elsewhere_end = PORT(3, 80),
		.other_netns = one_in(3) ? THERE + 1 : 0,
		.other_more = 1,
		.other_pid = 8,
		.other_comm = "other",
		.other_end = PORT(4, 80),
		.half_open = random_number(3),
		.half_open_limit = random_number(3),
		.way_back = (uint8_t)random_number(STALL_ROUTE_BLACKHOLE + 1),
		.seen_ns = one_in(3) ? 0 : START + S,
		.seen_other_host = one_in(4),
		.seen_identity = (uint8_t)random_number(3)};
	if (one_in(3) && stall_came_there(stall))
		stall->peer.later = (struct stall_arrival){.at_ns = START + 2 * S,
							   .netns = THERE + 1,
							   .identity = (uint8_t)random_number(3)};
}

static inline void random_local_end(struct stall *stall)
{
	stall->some_prohibited = random_known();
	stall->ipsec_blocks = random_known();
	stall->source_present = random_known();
	stall->device_up = random_known();
	stall->device_carrier = one_in(2) ? STALL_KNOWN_YES : STALL_NOT_KNOWN;
	stall->used = (struct stall_used){.ifindex = 2, .device = "eth0", .up = random_known()};
	stall->used.there = stall->used.up ? STALL_KNOWN_YES : random_known();
	if (stall->used.there == STALL_NOT_KNOWN && one_in(2))
		stall->used = (struct stall_used){};
	stall->ports.in_use = random_known();
	if (!one_in(4))
		return;
	stall->flow.family = AF_INET6;
	stall->flow.remote = (struct endpoint){.addr = {0xfd, [15] = 2}};
	stall->flow.local = (struct endpoint){.addr = {[15] = 1}};
	stall->ipv6_usable = random_known();
	stall->ipv6_tentative = random_known();
}

static inline void not_elsewhere(struct stall *stall)
{
	for (unsigned int i = 0; i < stall->drop_count; i++) {
		struct stall_drop *drop = &stall->drops[i];

		if (drop->what == STALL_SYN &&
		    !(drop->own_namespace && drop->where == STALL_OUTPUT))
			drop->identity = STALL_COPY;
	}
}

/* Without BPF: the socket's own counts, and what the tables say. */
static inline void polled_only(struct evidence *evidence)
{
	struct stall *stall = &evidence->stall;
	const struct stall kept = *stall;

	*stall = (struct stall){.flow = kept.flow,
				.start_ns = kept.start_ns,
				.connect_ret = STALL_RET_UNKNOWN,
				.polled = true,
				.inspected = true,
				.first_left = true,
				.retries = kept.retries,
				.retries_left = kept.retries,
				.route = kept.route,
				.device_up = kept.device_up,
				.device_carrier = kept.device_carrier,
				.source_present = kept.source_present,
				.neighbour = kept.neighbour};
	evidence->senses = (struct stall_senses){};
}

/* What was seen beyond its device has come through it. */
static inline void device_let_it_through(struct stall *stall)
{
	for (unsigned int i = 0; i < stall->drop_count; i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (drop->own_namespace && drop->where == STALL_OUTPUT)
			continue;
		stall->device_up = STALL_KNOWN_YES;
		stall->device_carrier = STALL_KNOWN_YES;
	}
}

static inline struct evidence random_evidence(uint64_t seed)
{
	struct evidence evidence = {.stall = {FLOW}, .senses = all_senses};

	random_state = seed;
	random_end(&evidence.stall);
	random_sends(&evidence.stall);
	for (uint32_t i = random_number(4); evidence.stall.retries && i; i--)
		random_drop(&evidence.stall);
	random_answers_of_the_kernel(&evidence.stall);
	random_local_end(&evidence.stall);
	if (one_in(2))
		random_tracking(&evidence.stall, HERE);
	if (one_in(2))
		random_tracking(&evidence.stall, THERE);
	random_rule(&evidence.stall);
	random_answers(&evidence.stall);
	random_socket(&evidence.stall);
	evidence.stall.first_left |= evidence.stall.synacks || evidence.stall.strangers ||
				     evidence.stall.others || evidence.stall.resets ||
				     evidence.stall.icmp.family;
	/* a rule that rejects shows twice, as a drop and by its ICMP: one of them will do */
	if (evidence.stall.icmp.family)
		evidence.stall.drop_count = 0;
	if (!stall_syn_sent(&evidence.stall))
		nothing_beyond(&evidence.stall);
	if (evidence.stall.in_host) /* what is queued here still is not dropped elsewhere */
		not_elsewhere(&evidence.stall);
	device_let_it_through(&evidence.stall);
	random_queued(&evidence.stall);
	random_reroute(&evidence.stall);
	if (one_in(25))
		polled_only(&evidence);
	return evidence;
}

#endif
