/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence -> verdict. Pure: the time is a parameter. */
#ifndef DIAGNOSIS_DIAGNOSE_H
#define DIAGNOSIS_DIAGNOSE_H

#include "netstate/stall.h"

/* The words of `*ret_verdict` are static, its lines its own. `now_ns`: CLOCK_MONOTONIC, the moment
 * of the report. */
void stall_diagnose(const struct stall *stall, const struct stall_senses *senses, uint64_t now_ns,
		    struct verdict *ret_verdict);

#endif
