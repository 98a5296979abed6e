/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rules that look at more than one socket at a time. */
#ifndef FINDINGS_MACHINE_H
#define FINDINGS_MACHINE_H

#include "findings/judging.h"

/* 0 or -ENOMEM; beyond FINDINGS_MAX the least severe goes. */
int findings_add(struct findings *findings, const struct finding *finding);

/*
 * After each socket has its kind, and before they are told by kind: what explains a socket better
 * takes its kind away, but where each connection is explained.
 */
int machine_judge(struct judging *judging, struct findings *findings, bool explain);

#endif
