/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A state event -> did the connection end, or does a minisocket carry it on? Pure.
 *
 * The kernel frees the socket of a connection that only waits for its end and keeps a time-wait
 * minisocket in its place (tcp_time_wait() in net/ipv4/tcp_minisocks.c). inet_sock_set_state knows
 * nothing of that and reports -> CLOSE. Where the kernel side saw the minisocket in the kernel's
 * table it says so (EVENT_SEEN_MINISOCKET) and the event's new state is TIME_WAIT. Sockets without
 * a cookie cannot be recognised there; for them the circumstances decide:
 *
 *   from        evidence                           the kernel now has
 *   FIN_WAIT2   FIN, no error, no reset            a minisocket in TIME_WAIT
 *   FIN_WAIT2   no FIN, orphan, no error, no reset a minisocket in FIN_WAIT2, until the FIN comes
 *   CLOSING     no error, no reset                 a minisocket in TIME_WAIT
 *   FIN_WAIT2   no FIN, not an orphan              nothing: the process disconnected it
 *   any         an error or a reset                nothing
 *   all others                                     nothing
 *
 * Where the minisocket could not be made (tcp_max_tw_buckets, no memory) it is nothing as well,
 * which only the kernel's table or list shows.
 */
#ifndef CONNECTIONS_HANDOVER_H
#define CONNECTIONS_HANDOVER_H

#include "netstate/event.h"

/* The state that the minisocket shows: TCP_STATE_TIME_WAIT or TCP_STATE_FIN_WAIT2; 0: there is
 * none. */
unsigned int handover_state(const struct event *event);

#endif
