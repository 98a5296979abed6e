/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Wire bytes of wire_stall.h -> a checked record: lengths, kinds, names that end. Trusts nothing.
 * Pure. */
#ifndef DIAGNOSIS_RECORD_H
#define DIAGNOSIS_RECORD_H

#include <stddef.h>

#include "netstate/wire_stall.h"

struct stall_record {
	union {
		struct wire_head head;
		struct wire_stall_sock sock;
		struct wire_stall_packet packet; /* its names end with a NUL and are printable */
		struct wire_stall_listener listener;
		struct wire_stall_request request;
		struct wire_stall_holder holder;
	};
};

/* 0; -EINVAL (size, family, state), -EPROTONOSUPPORT (another version), -ENOMSG (a kind that is
 * none of these). */
int stall_record_decode(const void *bytes, size_t size, struct stall_record *ret_record);

#endif
