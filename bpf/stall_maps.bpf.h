/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the stall hooks remember, their settings, and their way out. */
#ifndef BPF_STALL_MAPS_BPF_H
#define BPF_STALL_MAPS_BPF_H

#include "netstate/stall_watch.h"
#include "netstate/wire_stall.h"

/* Arguments that this kernel's tracepoints have, from its BTF. */
const volatile __u32 retransmit_args;
const volatile __u32 drop_args;
const volatile __u32 send_reset_args;
/* bpf_get_socket_cookie gives a socket its cookie where nobody has asked for it yet (from 5.12) */
const volatile bool has_socket_cookie;
/* bpf_snprintf names kernel functions (from 5.13) */
const volatile bool has_snprintf;

/* By the sequence number of the SYN. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STALL_WATCHES_MAX);
	__type(key, __u32);
	__type(value, struct stall_watch);
} netstate_watched SEC(".maps");

/* The same by the sk_buff of its SYN: for headers that are not read here (tunnels, IPsec, VLAN). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STALL_WATCHES_MAX);
	__type(key, __u64);
	__type(value, __u32);
} netstate_watched_skbs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STALL_WATCHES_MAX);
	__type(key, struct stall_ends);
	__type(value, __u32);
} netstate_watched_ends SEC(".maps");

/* Watched connects with a local port of this slot; written by the loader. */
__u16 watched_ports[STALL_PORT_SLOTS];

/* How many there are; written by the loader. 0: the hooks on the packet path end at once. */
__u32 watching;

/* Resets that this host sent for a SYN, by its sequence number, until they arrive. */
struct reset_seen {
	__u8 addr[16]; /* the destination of the SYN */
	__u32 netns;
	__u32 reason;
	__u16 port;
	__u8 pad[6];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct reset_seen);
} netstate_resets SEC(".maps");

/* ICMPv6 errors about a SYN, by its sequence number, until the socket is told. */
struct icmp_seen {
	__u8 from[16];
	__u8 saddr[16]; /* of the packet that it quotes */
	__u8 daddr[16];
	__u64 ktime_ns;
	__u16 sport;
	__u16 dport;
	__u8 type;
	__u8 code;
	__u8 pad[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct icmp_seen);
} netstate_icmps SEC(".maps");

__u32 icmps_noted; /* 1: there was one */

/* 10,000 connects that began together send their SYNs together: three records of 200 bytes for each. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 22);
} netstate_stall_ring SEC(".maps");

__u64 stall_lost;

static __always_inline void stall_head(struct wire_head *head, __u32 kind, __u32 size)
{
	head->kind = kind;
	head->version = WIRE_VERSION;
	head->size = size;
	head->ktime_ns = bpf_ktime_get_ns();
}

/* Rare events, each of which may decide a verdict: the reader is woken for every one. */
static __always_inline void stall_emit(void *record, __u32 size)
{
	if (bpf_ringbuf_output(&netstate_stall_ring, record, size, BPF_RB_FORCE_WAKEUP))
		__sync_fetch_and_add(&stall_lost, 1);
}

#endif
