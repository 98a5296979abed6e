/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table's source where there are no BPF iterators: sock_diag for sockets, /proc for owners. */
#ifndef TABLE_FALLBACK_H
#define TABLE_FALLBACK_H

#include "table/source.h"

/* All that /proc knows of. */
void fallback_namespaces(struct namespaces *spaces);

struct wanted_socket;

/* Sockets and their inodes. Zero-initialise. */
struct fallback_sockets {
	struct wanted_socket *list;
	size_t count, room;
	bool failed; /* out of memory */
};

void fallback_note(struct fallback_sockets *sockets, const struct listed_connection *listed);
void fallback_sockets_release(struct fallback_sockets *sockets);

/* Their owners, from the descriptors of every process. 0 or -errno. */
int fallback_owners(struct fallback_sockets *sockets, const struct pass_handler *handle);

#endif
