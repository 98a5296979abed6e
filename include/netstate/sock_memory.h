/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel side remembers of a socket; shared with the sweep, which takes out what is no
 * longer in use. */
#ifndef NETSTATE_SOCK_MEMORY_H
#define NETSTATE_SOCK_MEMORY_H

#include "netstate/wire.h"

/* Of one socket, from its first transition on; after -> CLOSE of nobody, until the next socket at
 * its address. */
struct sock_memory {
	__u64 cookie;	 /* distinguishes a socket from the next at its address; 0 where the kernel
			    gives none */
	__u64 since_ns;	 /* when it entered last_new; 0: not known */
	__u64 queued_ns; /* when it entered its listener's accept queue; 0: not known, or never */
	__u32 pid;
	__u32 uid;
	__u8 comm[WIRE_COMM_SIZE];
	__u8 owner; /* WIRE_OWNER_* */
	__u8 last_old;
	__u8 last_new;	     /* the last transition handled; 0: none */
	__u8 compat_connect; /* 1: a 32-bit connect, whose result a transition reports; 2: it did */
	__u8 pad[4];
	struct wire_actor closer;
};

_Static_assert(sizeof(struct sock_memory) == 80, "sock_memory");

#endif
