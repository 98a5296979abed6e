/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rules by state: one row each, the first that holds decides. Pure. */
#include "base/cleanup.h"
#include "findings/rules_established.h"

#define S(state) (uint16_t)(1u << TCP_STATE_##state)
#define FULL (1u << SOCKET_FULL)
#define REQUEST (1u << SOCKET_REQUEST)
#define MINI (1u << SOCKET_TIME_WAIT)
#define SENDING (S(ESTABLISHED) | S(CLOSE_WAIT))
#define CLOSINGS (S(FIN_WAIT1) | S(CLOSING) | S(LAST_ACK))

const struct rule finding_rules[] = {
	{FINDING_DESCRIPTORS_USED_UP, S(LISTEN), FULL, descriptors_used_up, key_process,
	 describe_descriptors, false},
	{FINDING_ACCEPT_QUEUE_FULL, S(LISTEN), FULL, listener_full, key_each,
	 describe_listener_full, false},
	{FINDING_LISTENER_STOPPED, S(LISTEN), FULL, listener_stopped, key_process,
	 describe_listener_stopped, false},
	{FINDING_LISTENING, S(LISTEN), FULL, always, key_each, describe_listening, true},

	{FINDING_NEVER_ACCEPTED, S(ESTABLISHED) | S(CLOSE_WAIT), FULL, waits_for_accept,
	 key_listener, describe_never_accepted, false},

	{FINDING_MTU_BLACK_HOLE, SENDING, FULL, unacked_mtu, key_process_remote, describe_mtu,
	 false},
	{FINDING_CONNTRACK_FORGOT, SENDING, FULL, unacked_forgotten, key_process_remote,
	 describe_forgotten, false},
	{FINDING_DROPPED_HERE, SENDING, FULL, unacked_dropped, key_service_drop, describe_dropped,
	 false},
	{FINDING_PEER_GONE, SENDING, FULL, unacked_peer_gone, key_service, describe_peer_gone,
	 false},
	{FINDING_ZERO_WINDOW, SENDING, FULL, receiver_full, key_peer_process, describe_window,
	 false},
	{FINDING_UNACKNOWLEDGED, SENDING, FULL, unacked, key_service, describe_unacked, false},
	{FINDING_ZERO_WINDOW, SENDING, FULL, window_closed, key_peer_process, describe_window,
	 false},

	{FINDING_HALF_CLOSED, S(CLOSE_WAIT), FULL, close_wait_half_closed, key_process,
	 describe_half_closed, true},
	{FINDING_CLOSE_WAIT_STOPPED, S(CLOSE_WAIT), FULL, close_wait_stopped, key_process,
	 describe_close_wait, false},
	{FINDING_CLOSE_WAIT_INHERITED, S(CLOSE_WAIT), FULL, close_wait_inherited, key_process,
	 describe_close_wait_inherited, false},
	{FINDING_CLOSE_WAIT_LEAK, S(CLOSE_WAIT), FULL, always, key_process, describe_close_wait,
	 false},

	{FINDING_CLOSING_UNACKNOWLEDGED, CLOSINGS, FULL, closing_unacked, key_service,
	 describe_closing_unacked, false},
	{FINDING_CLOSING_ZERO_WINDOW, CLOSINGS, FULL, closing_window, key_service,
	 describe_closing_window, false},
	{FINDING_CLOSING, CLOSINGS, FULL, always, key_each, describe_closing, true},
	{FINDING_FIN_WAIT2_ORPHAN, S(FIN_WAIT2), FULL | MINI, fin_wait2_orphan, key_service,
	 describe_fin_wait2_orphan, false},
	{FINDING_FIN_WAIT2_HELD, S(FIN_WAIT2), FULL, fin_wait2_held, key_service,
	 describe_fin_wait2_held, false},
	{FINDING_TIME_WAIT, S(TIME_WAIT), MINI, always, key_each, describe_time_wait, true},

	{FINDING_RECEIVER_DOES_NOT_READ, S(ESTABLISHED), FULL, receiver_sleeps, key_process,
	 describe_receiver, false},
	{FINDING_KEEPALIVE_UNANSWERED, S(ESTABLISHED), FULL, keepalive_unanswered, key_service,
	 describe_keepalive, false},
	{FINDING_IDLE, S(ESTABLISHED), FULL, idle_guarded, key_each, describe_idle, true},
	{FINDING_IDLE_NO_KEEPALIVE, S(ESTABLISHED), FULL, idle_unguarded, key_each,
	 describe_idle_unguarded, true},
	{FINDING_MOVING, S(ESTABLISHED), FULL, always, key_each, describe_moving, true},

	{FINDING_CONNECTING, S(SYN_SENT), FULL, always, key_each, describe_connecting, true},
	{FINDING_HALF_OPEN, S(SYN_RECV), FULL | REQUEST, always, key_each, describe_half_open,
	 true},
};

const size_t finding_rule_count = ARRAY_SIZE(finding_rules);

const struct rule *rule_of(const struct judging *judging, const struct socket_detail *socket)
{
	if (socket->state >= TCP_STATE_MAX || socket->form >= SOCKET_FORMS)
		return NULL;
	for (size_t i = 0; i < finding_rule_count; i++) {
		const struct rule *rule = &finding_rules[i];

		if (rule->states & 1u << socket->state && rule->forms & 1u << socket->form &&
		    rule->holds(judging, socket))
			return rule;
	}
	return NULL;
}

/* ---------------------------------------------------------------- what is reported together */

static uint64_t mix(uint64_t a, uint64_t b)
{
	return (a ^ b * 0x9e3779b97f4a7c15ULL) * 0xbf58476d1ce4e5b9ULL;
}

uint64_t key_each(const struct judging *judging, const struct socket_detail *socket)
{
	return (uint64_t)(socket - judging->evidence->sockets) + 1;
}

/* Sockets without a process: those of a namespace. */
uint64_t key_process(const struct judging *judging, const struct socket_detail *socket)
{
	return socket->flow.pid ? socket->flow.pid : mix(1, socket->flow.netns);
}

uint64_t key_listener(const struct judging *judging, const struct socket_detail *socket)
{
	const struct socket_detail *listener = listener_of(judging, socket);

	return listener ? key_each(judging, listener) : key_each(judging, socket);
}
