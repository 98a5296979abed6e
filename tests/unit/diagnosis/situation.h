/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What situations of a connect are made of. */
#ifndef UNIT_DIAGNOSIS_SITUATION_H
#define UNIT_DIAGNOSIS_SITUATION_H

#include <errno.h>
#include <sys/socket.h>

#include "diagnosis/causes.h"
#include "diagnosis/diagnose.h"
#include "diagnosis/facts.h"

#define S UINT64_C(1000000000)
#define START (100 * S)
#define NOW (START + 3 * S)
#define HERE 1000
#define THERE 2000

static const struct stall_senses all_senses = {
	.retransmit = true,
	.retransmit_err = true,
	.drops = true,
	.drop_reason = true,
	.resets = true,
	.errors = true,
	.receive = true,
	.icmp6 = true,
	.reset_sender = true,
};

/* As every look asks for it: what a situation does not say is in order. */
static inline struct stall as_asked(const struct stall *stall)
{
	struct stall asked = *stall;

	if (asked.end == STALL_REFUSED_EARLY)
		return asked;
	if (asked.source_present == STALL_NOT_KNOWN)
		asked.source_present = STALL_KNOWN_YES;
	if (asked.used.up == STALL_NOT_KNOWN)
		asked.used.up = STALL_KNOWN_YES;
	if (asked.device_up == STALL_NOT_KNOWN)
		asked.device_up = STALL_KNOWN_YES;
	if (asked.device_carrier == STALL_NOT_KNOWN)
		asked.device_carrier = STALL_KNOWN_YES;
	if (asked.peer.nat_asked == STALL_NOT_KNOWN)
		asked.peer.nat_asked = STALL_KNOWN_YES;
	if (asked.peer.onward_asked == STALL_NOT_KNOWN)
		asked.peer.onward_asked = STALL_KNOWN_YES;
	if (asked.peer.arrived && asked.peer.way_back == STALL_ROUTE_UNKNOWN)
		asked.peer.way_back = STALL_ROUTE_FOUND;
	return asked;
}

/* ::ffff:10.0.0.N */
struct situation {
	const char *situation;
	const char *word;
	const char *line; /* must be part of the evidence; NULL: any */
	uint8_t confidence;
	struct stall stall;
};

#define V4(n)                                                                                      \
	{                                                                                          \
		.addr = { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = (n) }                        \
	}

#define PORT(n, number)                                                                            \
	{                                                                                          \
		.addr = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = (n)}, .port = (number)        \
	}

#define FLOW                                                                                       \
	.flow = {.netns = HERE, .family = AF_INET, .local = V4(1), .remote = V4(2)},               \
	.start_ns = START
#define BASE FLOW, .connect_ret = STALL_RET_UNKNOWN
#define SENT BASE, .inspected = true, .first_left = true
#define FOLLOWED                                                                                   \
	.followed_ns = START + S / 2, .followed_sends = 2, .try_before_ns = START + S,             \
	.last_try_ns = START + 2 * S
#define SENT_AGAIN SENT, FOLLOWED, .retries = 2, .retries_left = 2
#define ARRIVED                                                                                    \
	.arrived = true, .looked = true, .seen = true, .seen_netns = THERE, .netns = THERE,        \
	.seen_ns = START + 2 * S, .seen_identity = STALL_ORIGINAL
#define ENDED(how, error) .end = STALL_##how, .end_ns = NOW, .sk_err = (error)
#define EARLY(error) FLOW, .end = STALL_REFUSED_EARLY, .end_ns = START, .connect_ret = -(error)
/* Of an IPv6 socket. */
#define EARLY6_TO(error, to)                                                                       \
	.flow = {.netns = HERE, .family = AF_INET6, .remote = to}, .end = STALL_REFUSED_EARLY,     \
	.end_ns = START, .connect_ret = -(error)
#define DROP(w, at, own, why, place) DROPPED_AT(START + 2 * S, w, at, own, why, place)
#define NOT_THE_SYN(who, why, place)                                                               \
	.drop_count = 1, .drops = {{.reason = why,                                                 \
				    .location = place,                                             \
				    .what = STALL_SYN,                                             \
				    .where = STALL_PREROUTING,                                     \
				    .identity = STALL_##who,                                       \
				    .last_ns = START + 2 * S,                                      \
				    .netns = THERE,                                                \
				    .count = 2}}
#define DROPS(n, w, at, own, why, place) DROPPED(n, START + 2 * S, w, at, own, why, place)
/* Every frame that a bridge's port takes is one for another MAC address. */
/* Netfilter's output hook dropped the SYN, and its retransmission gave this. */
#define REROUTED(error)                                                                            \
	BASE, FOLLOWED, .inspected = true, .retries = 2, .retries_failed = 2,                      \
			.last_retry_ns = START + 2 * S + 1, .last_retry_err = -(error),            \
			.last_failure_err = -(error), .drop_count = 1,                             \
			.drops = {{.reason = "NETFILTER_DROP",                                     \
				   .location = "nf_hook_slow",                                     \
				   .what = STALL_SYN,                                              \
				   .where = STALL_OUTPUT,                                          \
				   .identity = STALL_ORIGINAL,                                     \
				   .own_namespace = true,                                          \
				   .last_ns = START + 2 * S,                                       \
				   .netns = HERE,                                                  \
				   .mark = 7,                                                      \
				   .count = 2}}
#define AT_BRIDGE(why, place)                                                                      \
	.drop_count = 1, .drops = {{.reason = why,                                                 \
				    .location = place,                                             \
				    .what = STALL_SYN,                                             \
				    .where = STALL_PREROUTING,                                     \
				    .identity = STALL_ORIGINAL,                                    \
				    .other_host = true,                                            \
				    .last_ns = START + 2 * S,                                      \
				    .netns = THERE,                                                \
				    .count = 1}}
#define DROPPED_AT(when, w, at, own, why, place) DROPPED(1, when, w, at, own, why, place)
#define DROPPED(n, when, w, at, own, why, place)                                                   \
	.drop_count = 1, .drops = {{.reason = why,                                                 \
				    .location = place,                                             \
				    .what = STALL_##w,                                             \
				    .where = STALL_##at,                                           \
				    .identity = STALL_ORIGINAL,                                    \
				    .last_ns = (when),                                             \
				    .own_namespace = own,                                          \
				    .netns = (own) ? HERE : THERE,                                 \
				    .count = (n)}}
#define FULL FULL_OF(.members = 1, .members_full = 1)
#define FULL_OF(...)                                                                               \
	.peer = {ARRIVED,  .listening = true, .queue = 2,	.limit = 1,                        \
		 .pid = 7, .comm = "nginx",   .was_full = true, __VA_ARGS__}

#endif
