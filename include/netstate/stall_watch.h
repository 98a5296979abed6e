/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The connects that the stall hooks follow: what the loader writes and the programs look up. */
#ifndef NETSTATE_STALL_WATCH_H
#define NETSTATE_STALL_WATCH_H

#include <linux/types.h>

#define STALL_WATCHES_MAX 16384 /* connects that are followed at once */
/* Counts of watched connects by local port, modulo this: spares most packets the look-up. */
#define STALL_PORT_SLOTS 4096

/* A connect that hangs; its key is the sequence number of its SYN, which is the same in every
 * namespace and behind every NAT. Addresses are in network order (IPv4 as v4-mapped IPv6), ports
 * and numbers in the host's. */
struct stall_watch {
	__u64 sock; /* address of its struct sock */
	__u64 cookie;
	__u8 laddr[16];
	__u8 raddr[16];
	__u16 lport;
	__u16 rport;
	__u32 netns;
	__u64 syn_skb[2]; /* see struct wire_stall_sock */
};

/* The same by its ends, as they are in its own namespace: for answers whose numbers do not fit. */
struct stall_ends {
	__u8 laddr[16];
	__u8 raddr[16];
	__u16 lport;
	__u16 rport;
	__u32 netns;
};

_Static_assert(sizeof(struct stall_watch) == 72, "both sides of the kernel's border agree");
_Static_assert(sizeof(struct stall_ends) == 40, "a key without padding");

#endif
