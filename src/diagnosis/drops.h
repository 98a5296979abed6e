/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Drops of a connect's packets -> what each of them proves. Pure. */
#ifndef DIAGNOSIS_DROPS_H
#define DIAGNOSIS_DROPS_H

#include "netstate/stall.h"

#define STALL_AT(where) (1u << (STALL_##where))
#define DROPS_IN_FLIGHT_NS                                                                         \
	UINT64_C(20000000) /* a packet just sent may be on its way through here */

/* The kernel gave a reason that says something. */
bool drop_has_reason(const struct stall_drop *drop);

/*
 * It is this connect's own packet, dropped by a decision against it. Not: a copy, or what may be
 * one; what the kernel frees in the ordinary course of things.
 */
bool drop_proves(const struct stall_drop *drop);

/* TCP had it: it freed a SYN that it had answered already, or answers otherwise. */
bool drop_freed_by_tcp(const struct stall_drop *drop);

/*
 * Netfilter dropped the last SYN on its way out of its own namespace where a rule may have changed its way: a
 * chain of type route, iptables' mangle table, NAT. NULL: it did not.
 */
const struct stall_drop *drop_may_be_reroute(const struct stall *stall, uint64_t now_ns);

/*
 * enum stall_route that the SYN had after netfilter changed its mark or address and before it was dropped for
 * that: by the errno of the retransmission, else as it was asked for. STALL_ROUTE_UNKNOWN: no such drop.
 */
uint8_t drop_reroute(const struct stall *stall, uint64_t now_ns);

/* The last SYN found no route. */
bool stall_unrouted(const struct stall *stall);

/*
 * Nothing has passed that place since. What was sent later and followed, and was not dropped there,
 * ends the proof.
 */
bool drop_is_current(const struct stall *stall, const struct stall_drop *drop, uint64_t now_ns);

/* A packet of that moment belongs to the last SYN that left: no later SYN left, and none is queued locally. */
bool answer_is_current(const struct stall *stall, uint64_t at_ns, uint64_t now_ns);

/* The latest drop of a SYN, or of a SYN-ACK, that proves and is current; NULL: none. */
const struct stall_drop *drop_latest(const struct stall *stall, enum stall_what what,
				     uint64_t now_ns);

/* Number of the drop that a verdict rests on most; -1: none, or none that proves something. */
int drop_shown(const struct stall *stall, uint64_t now_ns);

/* The SYN came on from where it was last seen into another namespace, in a frame for another machine; NULL: it
 * is not seen to have. */
const struct stall_drop *drop_of_foreign_frame(const struct stall *stall);

/* It may have been the SYN, or a copy of it, or the SYN while a copy went on. */
bool drop_maybe(const struct stall *stall, uint64_t now_ns);

/* The SYN itself, in a frame for another machine, for a reason that has nothing to do with that: at a
 * bridge's port, maybe one of several that it was flooded to. NULL: none. */
const struct stall_drop *drop_at_bridge(const struct stall *stall, uint64_t now_ns);

/* TCP found no socket for the last SYN, and answers with a reset, which the connect did not take. */
const struct stall_drop *drop_without_socket(const struct stall *stall, uint64_t now_ns);

/* The answer came in by another device than the one that the socket is bound to: TCP found no socket for it. */
const struct stall_drop *drop_by_other_device(const struct stall *stall, uint64_t now_ns);

/* TCP had the SYN already and freed the last one: it has a route back, and answered. */
bool drop_taken(const struct stall *stall, uint64_t now_ns);

/* By an XDP program, before which a driver may put the packet into another sk_buff. */
bool drop_by_xdp(const struct stall_drop *drop);

/* Of the SYN, by the neighbour table; on output of its own namespace for any other reason. */
uint32_t drops_by_neighbour(const struct stall *stall);
uint32_t drops_at_home(const struct stall *stall);

#endif
