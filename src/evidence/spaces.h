/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Settings, counters and devices of network namespaces. */
#ifndef EVIDENCE_SPACES_H
#define EVIDENCE_SPACES_H

#include "evidence/store.h"
#include "evidence/tracked.h"
#include "namespaces/namespaces.h"

/* Beyond so many only those that have sockets are read. */
#define SPACES_ALL_MAX 64
/* so many where a connection gets no answer: a router may have no sockets */
#define SPACES_TRACKED_MAX 256

/* After the sockets; one row a namespace that could be entered. Connections of `choice` are asked about
 * first. 0 or -errno. */
int evidence_read_spaces(struct evidence_store *store, const struct namespaces *spaces,
			 const struct tracked_choice *choice);

#endif
