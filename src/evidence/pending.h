/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connects that hang already at the start, in every network namespace. */
#ifndef EVIDENCE_PENDING_H
#define EVIDENCE_PENDING_H

#include "diagnosis/attempts.h"
#include "evidence/socket_owner.h"
#include "evidence/sources.h"

/*
 * Sockets of this namespace in SYN_SENT, as wire_stall_sock records; *ret_ipv6: it has a global
 * IPv6 address. -ENOENT: the namespace cannot be entered.
 */
int pending_read(struct evidence_sources *sources, uint32_t netns, stall_record_fn handle,
		 void *context, bool *ret_ipv6);

/* The owners that socket_owner_find() found go to the connects of the table that have none yet. */
void pending_set_owners(struct attempts *attempts, const struct socket_owner_row *owners,
			size_t count);

/* The processes that hold the sockets of all connects of the table that have no owner yet. */
void pending_name_owners(struct evidence_sources *sources, struct attempts *attempts);

#endif
