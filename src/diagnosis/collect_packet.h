/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* DROP and PASS records of one connect's handshake -> what is known of it. Pure. */
#ifndef DIAGNOSIS_COLLECT_PACKET_H
#define DIAGNOSIS_COLLECT_PACKET_H

#include "diagnosis/collect.h"

/* True: news. */
bool collect_drop(struct stall *stall, const struct wire_stall_packet *packet,
		  const struct stall_kernel *kernel);
bool collect_pass(struct stall *stall, const struct wire_stall_packet *packet);

/* A SYN that goes on by a veth pair has come out of it by then, on a busy processor too. */
#define ONWARD_NS UINT64_C(300000000)

/*
 * A later SYN that has not come to where an earlier one arrived does not come there any more: where it
 * was last counts from now on, and is to be asked about (true). `receive`: arrivals are watched.
 */
bool collect_settle(struct stall *stall, bool receive, uint64_t now_ns);

/* When it is to be asked again where its SYN is; 0: that is known. */
uint64_t collect_settles_at(const struct stall *stall);

#endif
