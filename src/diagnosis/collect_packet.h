/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* DROP and PASS records of one connect's handshake -> what is known of it. Pure. */
#ifndef DIAGNOSIS_COLLECT_PACKET_H
#define DIAGNOSIS_COLLECT_PACKET_H

#include "diagnosis/collect.h"

/* True: news. */
bool collect_drop(struct stall *stall, const struct wire_stall_packet *packet,
		  const struct stall_kernel *kernel);
bool collect_pass(struct stall *stall, const struct wire_stall_packet *packet);

#endif
