/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TCP states: the kernel's numbers (include/net/tcp_states.h, include/uapi/linux/bpf.h), netstat's
 * words. */
#ifndef NETSTATE_TCP_STATE_H
#define NETSTATE_TCP_STATE_H

#include <stdbool.h>

enum tcp_state {
	TCP_STATE_ESTABLISHED = 1,
	TCP_STATE_SYN_SENT = 2,
	TCP_STATE_SYN_RECV = 3,
	TCP_STATE_FIN_WAIT1 = 4,
	TCP_STATE_FIN_WAIT2 = 5,
	TCP_STATE_TIME_WAIT = 6,
	TCP_STATE_CLOSE = 7,
	TCP_STATE_CLOSE_WAIT = 8,
	TCP_STATE_LAST_ACK = 9,
	TCP_STATE_LISTEN = 10,
	TCP_STATE_CLOSING = 11,
	TCP_STATE_NEW_SYN_RECV = 12, /* a request socket; shown as SYN_RECV */
	TCP_STATE_MAX,
};

static inline bool tcp_state_fin_received(unsigned int state)
{
	return state == TCP_STATE_CLOSE_WAIT || state == TCP_STATE_LAST_ACK ||
	       state == TCP_STATE_CLOSING;
}

/* This end's FIN was sent, or waits to be, and is not acknowledged. */
static inline bool tcp_state_fin_pending(unsigned int state)
{
	return state == TCP_STATE_FIN_WAIT1 || state == TCP_STATE_LAST_ACK ||
	       state == TCP_STATE_CLOSING;
}

/* netstat's word, or NULL where the number is none of the above: callers write the number then. */
const char *tcp_state_name(unsigned int state);

/* The number of a word: netstat's (SYN_SENT), ss's (syn-sent), either case; 0 where it names no
 * state. */
unsigned int tcp_state_parse(const char *word);

#endif
