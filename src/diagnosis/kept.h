/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A report's evidence <-> a record of a recording. Pure. */
#ifndef DIAGNOSIS_KEPT_H
#define DIAGNOSIS_KEPT_H

#include <stddef.h>

#include "netstate/stall_kept.h"

void stall_keep(const struct stall *stall, const struct stall_senses *senses, uint64_t now_ns,
		struct stall_kept *ret_kept);

/* The bytes may be anybody's. 0; -EINVAL: no such record; -EPROTO: of another layout. */
int stall_kept_decode(const void *bytes, size_t size, struct stall_kept *ret_kept);

#endif
