/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Evidence -> findings. Pure: rules are rows of tables, time comes with the evidence. What the
 * evidence does not carry is not said: a fact that is not known makes a finding weaker or leaves it
 * out.
 */
#ifndef FINDINGS_FINDINGS_H
#define FINDINGS_FINDINGS_H

#include "netstate/evidence.h"
#include "netstate/finding.h"

/* So many come out, the worst. Before, those of one cause are joined, of at most so many as are gathered. */
#define FINDINGS_MAX 256
#define FINDINGS_GATHERED 2048

struct findings {
	struct finding *list; /* the worst first */
	size_t count, room;
	size_t left_out; /* further ones */
};

/* Which connections are asked for; `wanted` NULL: all. `socket` NULL: of an event's flow or of a
 * namespace nothing more is known. */
struct findings_choice {
	bool (*wanted)(void *context, const struct flow *flow, const struct socket_detail *socket);
	void *context;
};

/* What is wrong with them. 0 or -ENOMEM. */
int findings_judge(const struct evidence *evidence, const struct findings_choice *choice,
		   struct findings *ret_findings);

/* So many at most are explained one by one, further ones by what is so of them. */
#define FINDINGS_EACH_MAX 64

/* Why each of them is as it is, healthy ones too. */
int findings_explain(const struct evidence *evidence, const struct findings_choice *choice,
		     struct findings *ret_findings);

/* What is so of one connection, in the order of evidence.sockets; for a view that marks rows.
 * `ret_kinds` has room for evidence.socket_count. 0 or -ENOMEM. */
int findings_classify(const struct evidence *evidence, uint8_t *ret_kinds);

void findings_release(struct findings *findings);

/* Processes whose /proc row a rule may ask for. */
bool findings_want_process(const struct socket_detail *socket);

#endif
