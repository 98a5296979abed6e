/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Wire records about connections that exist, from bpf/troubles.bpf.c to src/kernel/trouble_hooks.c.
 * They come in a ring of their own. Zeroed first. Addresses are in network order (IPv4 as v4-mapped
 * IPv6), ports in the host's.
 */
#ifndef NETSTATE_WIRE_TROUBLE_H
#define NETSTATE_WIRE_TROUBLE_H

#include <linux/types.h>

enum wire_trouble_kind {
	WIRE_TROUBLE_RETRANSMIT, /* length, err */
	WIRE_TROUBLE_DROP,	 /* reason, location, where_netns */
	WIRE_TROUBLE_RESET_SENT, /* reason */
	WIRE_TROUBLE_RESET_CAME,
	WIRE_TROUBLE_LISTEN, /* a listen call that succeeded; length: the backlog it asked for */
	WIRE_TROUBLE_KINDS,
};

/* struct wire_trouble.flags */
#define WIRE_TROUBLE_HAS_REASON 1u /* this kernel tells it */
#define WIRE_TROUBLE_INCOMING 2u   /* DROP: the packet was for this socket, not from it */
#define WIRE_TROUBLE_ACTIVE 4u	   /* RESET_SENT: not in answer to a packet */
#define WIRE_TROUBLE_LISTENER 8u   /* RESET_SENT: by a listener, `local` is the packet's target */
/* RESET_CAME: before 6.10 a reset by no socket is not told */
#define WIRE_TROUBLE_SENDERS_PARTIAL 16u

struct trouble_ends {
	__u8 laddr[16];
	__u8 raddr[16];
	__u16 lport;
	__u16 rport;
	__u32 pad;
};

struct wire_trouble {
	__u64 ktime_ns;
	__u64 cookie;		  /* 0: not known */
	__u64 location;		  /* DROP: address in the kernel's text */
	struct trouble_ends ends; /* the socket's */
	__u32 netns;		  /* the socket's; 0: not known */
	__u32 where_netns;	  /* DROP: where the packet was; 0: not known */
	__u32 length;		  /* bytes of payload */
	__u32 reason;
	__s32 err;
	__u32 flags;
	__u8 kind;
	__u8 state; /* of the socket, as the kernel numbers it; 0: no socket */
	__u8 pad[6];
};

/* A socket whose packets are looked for among the dropped ones, by its ends. */
struct trouble_followed {
	__u64 cookie; /* 0: two sockets have these ends, so none is named */
	__u32 netns;
	__u32 pad;
};

#define TROUBLES_FOLLOWED_MAX 16384

_Static_assert(sizeof(struct trouble_ends) == 40, "a key without padding");
_Static_assert(sizeof(struct wire_trouble) == 96, "both sides of the kernel's border agree");
_Static_assert(sizeof(struct trouble_followed) == 16, "both sides of the kernel's border agree");

#endif
