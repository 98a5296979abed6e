/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rules by the state of a connection: does one hold, what is reported together, what is said. */
#ifndef FINDINGS_RULES_ESTABLISHED_H
#define FINDINGS_RULES_ESTABLISHED_H

#include "findings/judging.h"

typedef bool rule_holds(const struct judging *judging, const struct socket_detail *socket);
typedef uint64_t rule_key(const struct judging *judging, const struct socket_detail *socket);
typedef void rule_describe_fn(const struct judging *judging, const struct group *group,
			      struct finding *finding);

rule_key key_each, key_process, key_process_remote, key_service, key_service_drop, key_listener,
	key_peer_process;

/* It is a client's connection to a service of this host. */
bool is_served_here(const struct judging *judging, const struct socket_detail *socket);
/* Where a group's connections lead to; and the words of ss(8) that choose them. */
struct text far_text(const struct judging *judging, const struct group *group);
struct text far_filter(const struct judging *judging, const struct group *group);

/* ESTABLISHED */
rule_holds unacked_forgotten, unacked_dropped, unacked_mtu, unacked_peer_gone, unacked,
	receiver_full, window_closed, receiver_sleeps, keepalive_unanswered, idle_guarded,
	idle_unguarded, always;
rule_describe_fn describe_forgotten, describe_dropped, describe_mtu, describe_peer_gone,
	describe_unacked, describe_window, describe_receiver, describe_keepalive, describe_idle,
	describe_idle_unguarded, describe_moving;

/* CLOSE_WAIT and the accept queue */
rule_holds waits_for_accept, close_wait_half_closed, close_wait_stopped, close_wait_inherited;
rule_describe_fn describe_never_accepted, describe_close_wait, describe_close_wait_inherited,
	describe_half_closed;

/* the ends */
rule_holds closing_window, closing_unacked, fin_wait2_orphan, fin_wait2_held;
rule_describe_fn describe_closing_window, describe_closing_unacked, describe_closing,
	describe_fin_wait2_orphan, describe_fin_wait2_held, describe_time_wait;

/* the beginnings */
rule_holds listener_full, listener_stopped, descriptors_used_up;
rule_describe_fn describe_listener_full, describe_listener_stopped, describe_descriptors,
	describe_listening, describe_half_open, describe_connecting;

/* What all findings about data without an acknowledgement begin and end with. */
const struct socket_detail *unacked_begin(const struct judging *judging, const struct group *group,
					  struct finding *finding);
void unacked_end(const struct judging *judging, const struct group *group, struct finding *finding);

/* Connection tracking of some namespace was. */
bool is_asked_about(const struct judging *judging, const struct socket_detail *socket);
/* A namespace on the way that tracks connections, and not this one. */
void describe_untracked(const struct judging *judging, struct finding *finding,
			const struct socket_detail *socket);

void since_hang(const struct judging *judging, struct finding *finding,
		const struct socket_detail *socket);
/* How often it was tried to send, and when next. */
void describe_tries(struct finding *finding, const struct socket_detail *socket);
/* `drop`: of these packets; NULL: none was seen, and they do not leave this host. */
void describe_drop_advice(const struct judging *judging, struct finding *finding,
			  const struct socket_detail *socket, const struct evidence_event *drop);

/* CLOSE_WAITs of a process were counted when a watch began. */
bool growth_is_watched(const struct judging *judging, const struct evidence_process *process);
/* How fast they come and what they will reach, as far as the oldest and the limit show. */
void describe_growth(const struct judging *judging, const struct group *group,
		     struct finding *finding);

/* The peer's window is open and nothing is on its way, but what is to be sent does not leave. */
bool is_unsent(const struct socket_detail *socket);
/* For how long; estimated by its tries. */
uint64_t unsent_ms(const struct judging *judging, const struct socket_detail *socket);
/* Of a closed window. */
bool probes_unanswered(const struct socket_detail *socket);
/* Retransmissions, or what stands for them. */
uint32_t tries_of(const struct socket_detail *socket);
void describe_give_up(const struct judging *judging, struct finding *finding,
		      const struct socket_detail *socket);

#endif
