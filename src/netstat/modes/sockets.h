/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the socket tables of netstat's command line share: owners of sockets, names of their ends.
 */
#ifndef NETSTAT_MODES_SOCKETS_H
#define NETSTAT_MODES_SOCKETS_H

#include "netstat/modes/run.h"
#include "netstat/layout/sockets.h"

/*
 * Who owns which socket, once a round, where -p wants it. `start` is true where a second thread has
 * begun to read: the caller reads its table meanwhile. `load` waits for all of it; what netstat
 * says of it is in run->err then.
 */
bool netstat_start_owners(struct netstat_run *run);
void netstat_load_owners(struct netstat_run *run);
void netstat_forget_owners(struct netstat_run *run);

/*
 * A name where there is one, else NULL. `want` begins to look it up without waiting. A v4-mapped
 * address of an IPv6 socket (as_v6) is asked for as IPv6, as the reference does: DNS answers as for
 * IPv4, /etc/hosts does not.
 */
void netstat_want_host(struct netstat_run *run, const struct endpoint *end, bool as_v6);
const char *netstat_host(struct netstat_run *run, const struct endpoint *end, bool as_v6);
/* Login name, where -e or --json wants it. */
const char *netstat_user(struct netstat_run *run, int32_t uid);

const struct socket_owner *netstat_owner(const struct netstat_run *run, uint64_t inode);

/* Endpoints and associations as -a and -l choose. Status as of the other tables. */
int netstat_sctp_sockets(struct netstat_run *run);

/* Writes what has grown large; not where a namespace's column is still to come in front. */
static inline void netstat_flush_large(struct netstat_run *run)
{
	if (run->out.len >= NETSTAT_FLUSH_SIZE && !run->netns)
		netstat_flush(run);
}

#endif
