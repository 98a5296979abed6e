/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rules that look at more than one socket at a time. */
#ifndef FINDINGS_MACHINE_H
#define FINDINGS_MACHINE_H

#include "findings/judging.h"

/* 0 or -ENOMEM; beyond FINDINGS_GATHERED the least severe goes. */
int findings_add(struct findings *findings, const struct finding *finding);

/*
 * After each socket has its kind, and before they are reported by kind: what explains a socket better
 * takes its kind away.
 */
int machine_judge(struct judging *judging, struct findings *findings, bool explain);

/* What is sent arrives nowhere, or its acknowledgement does not. */
bool kind_hangs(unsigned int kind);

/* What is a consequence of another finding becomes lines of that. */
void findings_join_causes(const struct judging *judging, struct findings *findings);

/* Findings of many destinations of one process become one. */
void findings_join_destinations(struct findings *findings);

/* One family each. 0 or -ENOMEM. */
typedef int machine_rule(struct judging *judging, struct findings *findings, bool explain);
machine_rule machine_proxies, machine_reuseport, machine_half_open, machine_ports, machine_limits,
	machine_counters, machine_ends, machine_resets, machine_untranslated, machine_accepts,
	machine_forgotten, machine_queues;

/* The listener whose full queue keeps this client's handshake from ending, where that is reported; NULL. */
const struct socket_detail *queue_that_blocks(const struct judging *judging,
					      const struct socket_detail *client);
/* What a full accept queue holds up. */
void describe_held_up(const struct judging *judging, struct finding *finding,
		      const struct socket_detail *listener);
/* A listener of this namespace whose queue stays full is reported: requests are dropped for it. */
bool is_told_by_queue(const struct judging *judging, uint32_t netns);

/* Why this end sent a reset, in words; where the kernel gives no reason, from what it was. */
const char *reset_meaning(const struct judging *judging, const struct evidence_event *reset);

/* The process asked for it: SO_LINGER with a time of 0. */
bool reset_is_wanted(const struct evidence_event *reset);

/* The connection's other end, on this host, ended by it. */
bool reset_ended(const struct evidence_event *reset, const struct evidence_event *end);

/* machine_ends() reports the end that was reset, with the reset `at` of the events as its reason; NULL. */
const struct evidence_event *end_that_tells(const struct judging *judging, size_t at);

/* What is behind a counter of the finding's namespace; resets that are asked for are a note. */
void machine_describe_behind(const struct judging *judging, struct finding *finding);

/* Empty, of this kind. */
struct finding machine_finding(unsigned int kind);
void machine_connection(struct finding *finding, uint32_t index);

/* Indexes of the sockets that `wanted` chooses, in the order of `compare` (a qsort_r() whose context
 * is evidence.sockets). 0 or -ENOMEM; to be freed. */
int machine_collect(const struct judging *judging,
		    bool (*wanted)(const struct judging *judging,
				   const struct socket_detail *socket),
		    int (*compare)(const void *a, const void *b, void *context),
		    uint32_t **ret_list, size_t *ret_count);

/* Sockets of which something is so together. */
struct grouping {
	bool (*wanted)(const struct judging *judging, const struct socket_detail *socket);
	int (*compare)(const void *a, const void *b, void *context); /* as machine_collect() */
	bool (*same)(const struct flow *a, const struct flow *b);    /* next to each other */
	int (*describe)(struct judging *judging, const uint32_t *list, size_t count,
			struct findings *findings);
};

/* Each group once. 0 or -ENOMEM. */
int machine_group(struct judging *judging, const struct grouping *grouping,
		  struct findings *findings);

/* A service is known by the lower of both ports. */
const struct endpoint *service_of(const struct flow *flow);

/* memcmp() of both ends' fields, for orders. */
int compare_end(const struct endpoint *a, const struct endpoint *b);

#endif
