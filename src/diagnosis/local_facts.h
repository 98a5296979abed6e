/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The connect's own end: address, device -> facts. Pure. */
#ifndef DIAGNOSIS_LOCAL_FACTS_H
#define DIAGNOSIS_LOCAL_FACTS_H

#include "diagnosis/facts.h"

fact_set stall_local_facts(const struct stall *stall, uint64_t now_ns);

#endif
