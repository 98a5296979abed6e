/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A finished call record -> ring, if it passes the filter. */
#ifndef BPF_CALL_RECORD_BPF_H
#define BPF_CALL_RECORD_BPF_H

#include "emit.bpf.h"

static __always_inline void finish_call(struct wire_call *record, __u32 kind)
{
	struct counters *counters = counters_get(false);

	if (!counters)
		return;
	if (!passes(&record->sock, 0)) {
		counters->filtered_calls++;
		return;
	}
	emit(counters, record, sizeof(*record), kind, record->head.ktime_ns);
}

#endif
