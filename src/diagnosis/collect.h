/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Records about one connect -> what is known of it (struct stall). Pure. */
#ifndef DIAGNOSIS_COLLECT_H
#define DIAGNOSIS_COLLECT_H

#include <stdbool.h>

#include "diagnosis/record.h"
#include "netstate/stall.h"

/* What a record's numbers mean on the kernel that wrote it. */
struct stall_kernel {
	bool polled;	   /* no records: sockets are looked at now and then */
	uint64_t begin_ns; /* of polling: what began before was pending at the start */
	uint32_t hz;	   /* 0: not known yet; timers are left alone then */
	struct stall_senses senses;
	/* The kernel's name without its prefix, or NULL. */
	const char *(*drop_reason)(const void *context, uint32_t number);
	const char *(*reset_reason)(const void *context, uint32_t number);
	const void *context;
};

/* SOCK, RETRY, RESET, ERROR, DROP and PASS records of this connect. True where something new was
 * learnt. */
bool stall_collect(struct stall *stall, const struct stall_record *record,
		   const struct stall_kernel *kernel);

/* Addresses, ports, netns, uid and cookie of the socket -> flow; what is there already (the owner)
 * stays. */
void stall_collect_flow(struct flow *flow, const struct wire_stall_sock *sock);

#endif
