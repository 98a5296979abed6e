/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sockets in SYN_SENT where no BPF program can be loaded: by sock_diag, looked at again and again.
 * What sock_diag does not report (ICMP, drops, resets, the SYN's number) stays unknown.
 */
#ifndef EVIDENCE_POLLED_H
#define EVIDENCE_POLLED_H

#include <stddef.h>

#include "evidence/socket_owner.h"
#include "netstate/wire_stall.h"

struct evidence_sources;

struct polled {
	struct wire_stall_sock *sockets; /* by cookie, ascending: as of the last reading */
	size_t count, room;
	unsigned int unread; /* namespaces that could not be read */
	/* of polled_name_owners(): whose they are, one for each socket and in their order */
	struct socket_owner_row *owners;
	size_t owner_count;
};

/* Looks at every network namespace. 0 or -errno, with the reading before still there. */
int polled_read(struct evidence_sources *sources);

/* Looks for the owner of each socket of the last reading once. 0 or -ENOMEM. */
int polled_name_owners(struct evidence_sources *sources);

/* The socket with this cookie. 0, or -ENOENT: it is in another state by now, or gone. */
int polled_find(const struct polled *polled, __u64 cookie, struct wire_stall_sock *ret_sock);

void polled_free(struct polled *polled);

#endif
