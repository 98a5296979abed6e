/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of each SYN -> how many left, and how many did not. Pure. */
#ifndef DIAGNOSIS_COUNTS_H
#define DIAGNOSIS_COUNTS_H

#include "netstate/stall.h"

/* The first SYN left the stack, as far as is known. */
bool stall_first_left(const struct stall *stall);

#endif
