/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One look at the machine: sockets, who holds them, processes, network namespaces. */
#ifndef EVIDENCE_GATHER_H
#define EVIDENCE_GATHER_H

#include "evidence/store.h"
#include "kernel/socket_details.h"
#include "kernel/socket_reader.h"

struct gatherer {
	struct socket_details *details;	     /* NULL: sock_diag serves */
	struct socket_reader *socket_reader; /* NULL: /proc serves */
};

/* 0 where BPF iterators serve; else the reason, and sock_diag and /proc are read. */
int gatherer_open(struct gatherer *gatherer);
void gatherer_close(struct gatherer *gatherer);

/*
 * Fills the store anew, but for its events. `wants` chooses the sockets whose processes are read.
 * 0, or -errno where no socket could be read.
 */
int gather(struct gatherer *gatherer, struct evidence_store *store,
	   bool (*wants)(const struct socket_detail *socket));

#endif
