/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The words of the findings, and what each means. Pure. */
#include <assert.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "netstate/finding.h"

static const struct {
	const char *word, *meaning;
} kinds[] = {
	[FINDING_NONE] = {"none", "nothing wrong"},
	[FINDING_LISTENING] = {"listening", "a listener whose queue is short"},
	[FINDING_ACCEPT_QUEUE_FULL] = {"accept_queue_full",
				       "the accept queue is full: new connections hang or fail"},
	[FINDING_NEVER_ACCEPTED] = {"never_accepted",
				    "established connections wait in an accept queue"},
	[FINDING_LISTENER_STOPPED] = {"listener_stopped",
				      "the process that listens is stopped and accepts nothing"},
	[FINDING_DESCRIPTORS_USED_UP] = {"descriptors_used_up",
					 "the process has no descriptor left for a connection"},
	[FINDING_HALF_OPEN_FLOOD] = {"half_open_flood",
				     "many handshakes are never completed by their clients"},
	[FINDING_REUSEPORT_DEAD_MEMBER] =
		{"reuseport_dead_member",
		 "one socket of a SO_REUSEPORT group does not accept its share"},
	[FINDING_CLOSE_WAIT] = {"close_wait", "the peer closed, this process has not yet"},
	[FINDING_CLOSE_WAIT_LEAK] = {"close_wait_leak",
				     "the process does not close connections that the peer closed"},
	[FINDING_CLOSE_WAIT_INHERITED] =
		{"close_wait_inherited",
		 "another process holds a copy of the descriptor, so closing it does nothing"},
	[FINDING_CLOSE_WAIT_STOPPED] = {"close_wait_stopped",
					"the process that should close is stopped or blocked"},
	[FINDING_HALF_CLOSED] = {"half_closed",
				 "the peer closed its direction only and still waits for data"},
	[FINDING_CLOSING] = {"closing", "the connection is being closed"},
	[FINDING_CLOSING_UNACKNOWLEDGED] =
		{"closing_unacknowledged",
		 "the peer does not acknowledge the FIN or the data before it"},
	[FINDING_CLOSING_ZERO_WINDOW] = {"closing_zero_window",
					 "data before the FIN waits for the peer's window"},
	[FINDING_FIN_WAIT2_ORPHAN] = {"fin_wait2_orphan",
				      "closed here, the kernel waits for the peer's FIN"},
	[FINDING_FIN_WAIT2_HELD] =
		{"fin_wait2_held",
		 "a half-closed descriptor waits for the peer's FIN without a time limit"},
	[FINDING_TIME_WAIT] = {"time_wait", "closed by both ends; the kernel keeps the port busy"},
	[FINDING_UNACKNOWLEDGED] = {"unacknowledged",
				    "the peer does not acknowledge data: peer or path is dead"},
	[FINDING_DROPPED_HERE] = {"dropped_on_this_host", "this host drops the packets"},
	[FINDING_MTU_BLACK_HOLE] = {"path_mtu_black_hole",
				    "full-size segments are lost while smaller ones pass"},
	[FINDING_PEER_GONE] = {"peer_gone", "the peer's end of this connection does not exist"},
	[FINDING_CONNTRACK_FORGOT] = {"conntrack_forgot",
				      "connection tracking on this host lost the entry"},
	[FINDING_ZERO_WINDOW] = {"zero_window",
				 "the peer's receive window is closed or its buffer full"},
	[FINDING_RECEIVER_DOES_NOT_READ] = {"receiver_does_not_read",
					    "the process does not read what arrived"},
	[FINDING_KEEPALIVE_UNANSWERED] = {"keepalive_unanswered",
					  "the peer does not answer keepalive probes"},
	[FINDING_IDLE] = {"idle", "no data moves, keepalive would notice a dead peer"},
	[FINDING_IDLE_NO_KEEPALIVE] = {"idle_no_keepalive",
				       "no data moves, nothing would notice a dead peer"},
	[FINDING_MOVING] = {"moving", "data moves"},
	[FINDING_CONNECTING] = {"connecting", "the handshake is under way; `stalls` explains it"},
	[FINDING_HALF_OPEN] = {"half_open", "a handshake that the client has not completed"},
	[FINDING_RESET] = {"reset", "connections were reset"},
	[FINDING_KEEPALIVE_KILLED] = {"keepalive_killed",
				      "keepalive ended the connection: the peer did not answer"},
	[FINDING_USER_TIMEOUT_KILLED] = {"user_timeout_killed",
					 "TCP_USER_TIMEOUT ended the connection"},
	[FINDING_TIMED_OUT] = {"timed_out", "retransmission gave up"},
	[FINDING_PROXY_PAIR] = {"proxy_pair",
				"a proxy keeps its client's end open because its server's is"},
	[FINDING_PORTS_RUN_OUT] = {"ports_run_out",
				   "the local ports towards one destination are nearly used up"},
	[FINDING_TIME_WAIT_LIMIT] = {"time_wait_limit", "the limit of TIME_WAIT sockets is near"},
	[FINDING_ORPHAN_LIMIT] = {"orphan_limit", "the limit of orphaned sockets is near"},
	[FINDING_CONNTRACK_FULL] = {"conntrack_full", "the connection tracking table is full"},
	[FINDING_CONNTRACK_DROPS] = {"conntrack_drops",
				     "connection tracking drops packets or entries"},
	[FINDING_SYN_COOKIES] = {"syn_cookies", "the SYN backlog overflows, cookies are sent"},
	[FINDING_LISTEN_DROPS] = {"listen_drops", "listeners drop connection requests"},
	[FINDING_RETRANSMITS_RISE] = {"retransmits_rise", "many segments are retransmitted"},
	[FINDING_RESETS_RISE] = {"resets_rise", "this host sends many resets"},
	[FINDING_MEMORY_PRESSURE] = {"memory_pressure", "TCP runs short of memory"},
	[FINDING_CONNTRACK_UNTRANSLATED] =
		{"conntrack_untranslated",
		 "an entry of connection tracking keeps a connection from being translated"},
	[FINDING_ACCEPT_FAILS] = {"accept_fails",
				  "accept() fails while connections wait: a limit is reached"},
};

static_assert(ARRAY_SIZE(kinds) == FINDING_KINDS, "a word for each kind");

const char *finding_word(unsigned int kind)
{
	return kind < FINDING_KINDS ? kinds[kind].word : NULL;
}

const char *finding_meaning(unsigned int kind)
{
	return kind < FINDING_KINDS ? kinds[kind].meaning : NULL;
}

const char *finding_severity_name(unsigned int severity)
{
	static const char *const names[] = {"note", "warn", "critical"};

	return severity < ARRAY_SIZE(names) ? names[severity] : NULL;
}

const char *finding_confidence_name(unsigned int confidence)
{
	static const char *const names[] = {"low", "medium", "high"};

	return confidence < ARRAY_SIZE(names) ? names[confidence] : NULL;
}
