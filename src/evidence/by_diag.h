/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets and their owners where there are no BPF iterators: by sock_diag and /proc. */
#ifndef EVIDENCE_BY_DIAG_H
#define EVIDENCE_BY_DIAG_H

#include "evidence/store.h"
#include "namespaces/namespaces.h"

/* 0, or -errno where nothing could be read. */
int evidence_by_diag(struct evidence_store *store, struct namespaces *spaces);

#endif
