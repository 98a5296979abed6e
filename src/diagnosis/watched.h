/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What was watched, and what was asked -> which facts are known not to be. The only place that takes
 * silence for anything. Pure.
 */
#ifndef DIAGNOSIS_WATCHED_H
#define DIAGNOSIS_WATCHED_H

#include "diagnosis/facts.h"

/*
 * The hook (`sense`) was attached while a SYN of this connect was sent, and what it had to report
 * it is there by now.
 */
bool watched_packets(const struct stall *stall, bool sense, uint64_t now_ns);

/* Facts whose absence would be known; whether they are absent is not looked at. */
fact_set watched_absent(const struct stall *stall, const struct stall_senses *senses,
			uint64_t now_ns);

#endif
