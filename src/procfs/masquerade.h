/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/ip_masquerade -> struct masquerade_row. Pure. */
#ifndef PROCFS_MASQUERADE_H
#define PROCFS_MASQUERADE_H

#include <stdbool.h>
#include <stddef.h>

#include "netstate/masquerade_row.h"

/* Whether the title line has the column of previous deltas. */
bool masquerade_title_has_previous(const char *line, size_t size);

/* 0; -EINVAL: not a whole row; -EPROTONOSUPPORT: a protocol that is not known. */
int masquerade_parse(const char *line, size_t size, bool has_previous,
		     struct masquerade_row *ret_row);

#endif
