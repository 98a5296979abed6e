/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Does a report say anything that the last one did not? Pure. */
#ifndef DIAGNOSIS_DIGEST_H
#define DIAGNOSIS_DIGEST_H

#include "netstate/stall.h"

/*
 * A number for what a report says: its verdict, what connect() returned, its evidence without the
 * numbers in it, so that one more SYN or another second is nothing new. Never 0.
 */
uint64_t stall_digest(const struct stall *stall, const struct verdict *verdict);

#endif
