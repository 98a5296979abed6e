/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The inside of struct attempts: rows, found by socket, in order of their start. */
#ifndef DIAGNOSIS_ATTEMPTS_TABLE_H
#define DIAGNOSIS_ATTEMPTS_TABLE_H

#include "diagnosis/attempts.h"

#define ATTEMPTS_BUCKETS 16384
#define ATTEMPTS_GONE 16384 /* connects whose row went of late */

struct attempt_list {
	struct attempt *oldest, *newest;
};

struct attempts {
	uint64_t threshold_ns, arm_ns;
	struct attempt_list fresh;  /* without a stall */
	struct attempt_list stalls; /* with one, ended ones among them until that is reported */
	struct attempt_list finals; /* reported to the end, by their row alone; by that time */
	struct attempt_list left_out;
	struct attempt *spare; /* rows to be used again */
	uint32_t rows, watched, left_out_rows;
	uint64_t overflow, refused;
	struct attempts_totals totals;
	uint64_t gap_ns;  /* events were lost up to then; 0: none */
	uint32_t crossed; /* in SYN_RECV, not over */
	struct {
		uint64_t sock, start_ns;
	} gone[ATTEMPTS_GONE]; /* by socket; a slot that two share forgets the older */
	bool begun;	       /* a connect, since the early records were looked at */
	struct {
		bool open;
		struct attempt_question asked; /* attempt NULL: none */
		struct attempt *cursor;	       /* the next of the stalls to be looked at */
		struct attempt *ahead;	       /* the same, for attempts_question_ahead() */
		uint64_t now_ns, next_ns;
	} turn;
	struct {
		struct stall_record records[ATTEMPTS_EARLY_RECORDS];
		unsigned int first, count;
	} early;
	struct attempt *buckets[ATTEMPTS_BUCKETS];
};

/* The latest with this address; NULL: none. */
struct attempt *attempt_find(const struct attempts *attempts, uint64_t sock);

/* A connect began at this address within [from_ns, to_ns], and its row went since. */
bool attempt_is_gone(const struct attempts *attempts, uint64_t sock, uint64_t from_ns,
		     uint64_t to_ns);

/* NULL: no room, counted. It is the newest of the fresh ones. */
struct attempt *attempt_add(struct attempts *attempts, const struct flow *flow, uint64_t start_ns);
void attempt_remove(struct attempts *attempts, struct attempt *attempt);

/*
 * Only its row stays, without a stall, until the connect ends: the oldest give way to new ones.
 * It is not watched.
 */
void attempt_leave_out(struct attempts *attempts, struct attempt *attempt);

/*
 * It is over and reported: its row stays without a stall, since its program may call connect() again.
 * Not even that where its address is another socket's by now. The caller does not touch it again.
 */
void attempt_finalize(struct attempts *attempts, struct attempt *attempt);

/*
 * connect() returned: of the connect that this call or an earlier one began, or of one that failed
 * without a SYN. The kernel uses an address again within microseconds, for another process as well;
 * no socket takes it while a call is at work on the one that has it. So what began at the address
 * while the call lasted is the call's own.
 */
void attempts_returned(struct attempts *attempts, const struct event *event, bool excluded);

/* Gives it a struct stall and moves it to the stalls. -ENOMEM: it stays fresh. */
int attempt_promote(struct attempts *attempts, struct attempt *attempt);

#endif
