/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence at random. */
#ifndef UNIT_DIAGNOSIS_RANDOM_EVIDENCE_H
#define UNIT_DIAGNOSIS_RANDOM_EVIDENCE_H

#include <errno.h>
#include <stdio.h>

#include "diagnosis/facts.h"
#include "unit/diagnosis/situation.h"

struct evidence {
	struct stall stall;
	struct stall_senses senses;
};

static uint64_t random_state;

static inline uint32_t random_number(uint32_t below)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(random_state >> 33) % below;
}

static inline bool one_in(uint32_t n)
{
	return !random_number(n);
}

static inline uint8_t random_known(void)
{
	return (uint8_t)random_number(STALL_KNOWN_YES + 1);
}

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

static inline void random_sends(struct stall *stall)
{
	stall->inspected = !one_in(8);
	stall->first_left = !one_in(4);
	stall->in_host = one_in(5);
	stall->queue_known = stall->in_host && !one_in(3);
	stall->queue_packets = stall->queue_known ? random_number(3) : 0;
	stall->retries = random_number(4);
	for (uint32_t i = 0; i < stall->retries; i++) {
		switch (random_number(8)) {
		case 0:
			stall->retries_busy++;
			break;
		case 1:
			stall->retries_denied++;
			break;
		case 2:
			stall->retries_failed++;
			stall->last_retry_err = -EHOSTUNREACH;
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
	static const char *const reasons[] = {"NETFILTER_DROP",
					      "NOT_SPECIFIED",
					      "TCP_INVALID_SYN",
					      "NO_SOCKET",
					      "TCP_MINTTL",
					      "NEIGH_FAILED",
					      ""};
	static const char *const places[] = {"nft_do_chain", "tcp_v4_rcv",	 "dst_discard_out",
					     "ip_rcv_core",  "neigh_invalidate", "nf_hook_slow"};
	struct stall_drop *drop = &stall->drops[stall->drop_count++];

	snprintf(drop->reason, sizeof(drop->reason), "%s", reasons[random_number(7)]);
	snprintf(drop->location, sizeof(drop->location), "%s", places[random_number(6)]);
	drop->what = (uint8_t)(1 + random_number(3));
	drop->where = (uint8_t)random_number(STALL_SOMEWHERE + 1);
	drop->identity = (uint8_t)random_number(3);
	drop->tracked = random_known();
	drop->netns = drop->where == STALL_SOMEWHERE ? 0 : one_in(2) ? HERE : THERE;
	drop->own_namespace = drop->netns == HERE;
	drop->count = 1 + random_number(3);
	drop->last_ns = START + (1 + random_number(3)) * S;
}

static inline void random_answers(struct stall *stall)
{
	stall->resets = stall->end == STALL_FAILED && one_in(3);
	stall->synacks = one_in(6);
	stall->strangers = one_in(6);
	stall->stranger_refused = stall->strangers && one_in(2);
	stall->others = one_in(5);
	stall->other_flags = one_in(2) ? 16 : 18;
	if (!stall->resets && one_in(5)) /* either ends the connect */
		stall->icmp = (struct stall_icmp){
			.family = AF_INET, .type = 3, .code = 1, .from = V4(1 + random_number(2))};
}

static inline void random_answers_of_the_kernel(struct stall *stall)
{
	stall->route = (uint8_t)random_number(STALL_ROUTE_BLACKHOLE + 1);
	stall->neighbour = (uint8_t)random_number(STALL_NEIGHBOUR_FAILED + 1);
	if (one_in(2))
		stall->ports = (struct stall_ports){
			.looked = true, .low = 1, .high = 10, .used = random_number(12)};
	if (one_in(2))
		return;
	stall->peer =
		(struct stall_peer){.seen = true,
				    .seen_netns = THERE,
				    .netns = THERE,
				    .asked = true,
				    .arrived = !one_in(5),
				    .nat_asked = random_known(),
				    .end = V4(2),
				    .onward_asked = random_known(),
				    .onward_kind = "veth",
				    .members = 1 + random_number(3),
				    .members_full = random_number(2),
				    .looked = true,
				    .listening = one_in(2),
				    .was_full = one_in(2),
				    .queue = random_number(3),
				    .limit = 1,
				    .half_open = random_number(3),
				    .half_open_limit = random_number(3),
				    .way_back = (uint8_t)random_number(STALL_ROUTE_BLACKHOLE + 1),
				    .seen_ns = one_in(3) ? 0 : START + S,
				    .seen_other_host = one_in(4),
				    .seen_identity = (uint8_t)random_number(3)};
}

static inline void random_local_end(struct stall *stall)
{
	stall->some_prohibited = random_known();
	stall->source_present = random_known();
	stall->device_up = random_known();
	stall->device_carrier = one_in(2) ? STALL_KNOWN_YES : STALL_NOT_KNOWN;
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

static inline struct endpoint random_end_of_nat(uint8_t n)
{
	return (struct endpoint){.addr = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = n},
				 .port = (uint16_t)(80 + random_number(2))};
}

static inline void random_tracking(struct stall *stall, uint32_t netns)
{
	stall->trackings[stall->tracking_count++] = (struct stall_tracking){
		.netns = netns,
		.seen_ns = one_in(3) ? 0 : stall->last_try_ns,
		.from = V4(1),
		.to = random_end_of_nat(2),
		.asked_ns = NOW,
		.before_ns = one_in(3) ? 0 : START,
		.now = {.entries = random_number(3),
			.max = 2,
			.drop = random_number(3),
			.insert_failed = random_number(2)},
		.full_ns = one_in(2) ? NOW : 0,
		.rules_before = random_known(),
		.entry = random_known(),
		.replied = one_in(4),
		.nat_from = V4(1),
		.nat_to = random_end_of_nat(2),
		.other = (uint8_t)random_number(STALL_OTHER_LATER + 1),
		.other_nat_from = V4(1),
		.other_nat_to = random_end_of_nat((uint8_t)(2 + random_number(2))),
		.other_ns = START + S,
		.taken = random_known(),
		.taken_ns = NOW,
	};
}

/* What never left is neither seen elsewhere nor answered. */
static inline void nothing_beyond(struct stall *stall)
{
	stall->synacks = stall->strangers = stall->others = stall->resets = 0;
	stall->stranger_refused = false;
	stall->peer.seen_ns = 0;
	for (unsigned int i = 0; i < stall->drop_count; i++)
		stall->drops[i].identity = STALL_COPY;
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
	random_answers(&evidence.stall);
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
	return evidence;
}

#endif
