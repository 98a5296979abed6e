/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The socket's own counts, and records of single retries -> how each SYN went. Pure. */
#ifndef DIAGNOSIS_RETRIES_H
#define DIAGNOSIS_RETRIES_H

#include <stdbool.h>

#include "netstate/stall.h"
#include "netstate/wire_stall.h"

/*
 * The socket as it stands: icsk_retransmits counts each firing of the timer, total_retrans those
 * for which the stack made a packet. `has_err`: this kernel has a record for each retry; what its
 * socket counts beyond them is kept as not seen, and a record that comes late is taken out of that.
 * Else it has one for each that was sent, and the counts distinguish the others. True: news.
 */
bool retries_from_sock(struct stall *stall, const struct wire_stall_sock *sock, bool has_err);

/* The same where there are no records of retries at all: the counts are all that is known. */
bool retries_from_poll(struct stall *stall, const struct wire_stall_sock *sock);

/* One retry. True: news. */
bool retries_from_record(struct stall *stall, const struct wire_stall_sock *sock);

/* Of those that only the socket counts: how many left, by what became of the others. */
uint32_t retries_unseen_left(const struct stall *stall);

/* The first SYN, where it carried data, may lie in this host beside a later one. */
void retries_note_data(struct stall *stall, const struct wire_stall_sock *sock);

#endif
