/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One snapshot of the machine: sockets, who holds them, processes, network namespaces. */
#ifndef EVIDENCE_GATHER_H
#define EVIDENCE_GATHER_H

#include "evidence/store.h"
#include "evidence/tracked.h"
#include "kernel/socket_details.h"
#include "kernel/socket_reader.h"
#include "kernel/walk.h"

/* The first two that are there serve; without both sock_diag and /proc do. */
struct gatherer {
	struct walk *walk;
	struct socket_details *details;
	struct socket_reader *socket_reader; /* beside details */
};

/* How a gatherer may read the kernel's sockets. */
enum gather_way {
	GATHER_FAST,	/* by the walk where it serves: once, whatever the number of namespaces */
	GATHER_COOKIES, /* each socket with its cookie, by which events name it */
};

/* 0 where BPF programs serve; else the reason, and sock_diag and /proc are read. */
int gatherer_open(struct gatherer *gatherer, enum gather_way way);
void gatherer_close(struct gatherer *gatherer);

/* Of which sockets more is read. */
struct gather_choice {
	bool (*wants_process)(const struct socket_detail *socket);
	struct tracked_choice tracked; /* connection tracking is asked about these first */
	bool two_snapshots; /* the store is kept while events are watched and a second is filled */
};

/* Fills the store anew, but for its events. 0, or -errno where no socket could be read. */
int gather(struct gatherer *gatherer, struct evidence_store *store,
	   const struct gather_choice *choice);

#endif
