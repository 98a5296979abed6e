/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rules that look at more than one socket at a time, in their order. Pure. */
#include "findings/machine.h"

#include "base/cleanup.h"

int machine_judge(struct judging *judging, struct findings *findings, bool explain)
{
	return 0;
}
