/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct stall -> the evidence lines of a verdict. Pure. */
#ifndef DIAGNOSIS_LINES_H
#define DIAGNOSIS_LINES_H

#include "netstate/stall.h"

void stall_lines(const struct stall *stall, const struct stall_senses *senses, uint64_t now_ns,
		 struct verdict *verdict);

#endif
