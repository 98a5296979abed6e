/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* UNIX sockets that no process seemed to hold: a second look shows what was only in motion. */
#ifndef TABLE_SOCKET_UNHELD_H
#define TABLE_SOCKET_UNHELD_H

#include "table/sockets.h"

/* Zero-initialise. */
struct socket_unheld {
	struct unheld_one {
		uint64_t inode;
		struct listed_socket *socket;
		bool alive, held;
	} * list; /* by inode */
	size_t count;
};

/* Those of the list. 0 or -ENOMEM. */
int socket_unheld_init(struct socket_unheld *unheld, struct socket_list *list);
void socket_unheld_release(struct socket_unheld *unheld);

/* It is still there. */
void socket_unheld_confirm(struct socket_unheld *unheld, uint64_t inode);

/* Looks for holders once more: of what was not confirmed, or is held, nothing is said. 0 or -errno. */
int socket_unheld_settle(struct socket_unheld *unheld, struct socket_list *list);

#endif
