/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All connects under way: events and stall records -> which of them hang or failed, and when to say
 * so. A connect costs a row; only one that lasts or fails gets a struct stall. Pure: time is a
 * parameter; what only the kernel knows is handed out as a question that the caller answers.
 */
#ifndef DIAGNOSIS_ATTEMPTS_H
#define DIAGNOSIS_ATTEMPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diagnosis/collect.h"
#include "netstate/event.h"

/* from the end to the report: what belongs to it may come a little later */
#define ATTEMPTS_SETTLE_NS 25000000ull
/* likewise, where connect() has not returned yet: its process must run for that */
#define ATTEMPTS_RETURN_NS 60000000ull
#define ATTEMPTS_GATHER_NS 5000000ull	   /* what changes together is reported together */
#define ATTEMPTS_CHECK_NS 1000000000ull	   /* a connect that hangs is looked at again this often */
#define ATTEMPTS_RETRY_LATE_NS 60000000ull /* the timer fires late by so much */
/* not in SYN_SENT any more for so long, and no event reported: it was lost */
#define ATTEMPTS_MISSING_NS 100000000ull
/* an ended one is remembered: its program may call connect() again */
#define ATTEMPTS_KEEP_NS 2000000000ull
#define ATTEMPTS_MAX 262144 /* rows; beyond, connects are counted but not followed */
/* rows of connects that nobody wants to see, so that their records are known as such */
#define ATTEMPTS_LEFT_OUT 8192
#define ATTEMPTS_EARLY_RECORDS 4096 /* records that came before their connect's event */

struct attempt {
	struct flow flow;
	uint64_t start_ns;
	uint64_t end_ns; /* 0: goes on */
	uint64_t checked_ns;
	uint64_t found_ns;   /* when a reading found it, whose event had not been read; 0 */
	struct stall *stall; /* NULL: short so far */
	int32_t connect_ret;
	int32_t descriptor; /* of the call, in its process; -1: not known */
	int32_t err;	    /* at its end */
	uint8_t end;	    /* enum stall_end */
	uint8_t end_state;
	bool watched, refused, reported, final, changed;
	bool result_taken;    /* a later call has returned the result of this connect */
	uint64_t crossed_ns;  /* the peer's own SYN came (simultaneous open): SYN_RECV since; 0 */
	bool left_out;	      /* the user does not want it: nothing is done for it */
	uint64_t changed_ns;  /* when a turn first saw `changed`; 0 */
	uint64_t missing_ns;  /* since when looks do not find it in SYN_SENT; 0: they do */
	uint64_t returned_ns; /* of connect_ret */
	uint64_t said;	    /* stall_digest() of the last report about it; 0: none, the caller's */
	uint8_t seen_state; /* of its socket, where a reading found it in another state; 0 */
	int32_t seen_err;
	uint32_t isn; /* of watched */
	struct attempt *next_in_bucket, *before_in_bucket;
	struct attempt *newer, *older; /* by start, those without a stall; else among the stalls,
					  those that are over, or those left out */
};

/* What the table wants to know about one connect next. */
struct attempt_question {
	struct attempt *attempt;
	bool ended;  /* it is over: what decided? Else: how does it stand? */
	bool follow; /* its packets are not followed yet, and should be */
	bool report; /* of an ended one: its end is worth a report; else it need not be asked about */
};

/* What the kernel, /proc and the user's filter said. Zero: nothing. */
struct attempt_answer {
	bool pending;  /* its socket is there, in SYN_SENT */
	bool followed; /* its packets are followed from now on */
	bool refused;  /* they should be, but the table of those is full */
	bool news;     /* the evidence changed */
	bool excluded; /* the user does not want to see it, whatever becomes known of it later */
	bool shown;    /* the user wants to see it, by what is known now */
	uint8_t state; /* of its socket, where it is there; 0: it is gone */
	int32_t err;
	struct wire_stall_sock socket; /* where it is pending */
};

struct attempts; /* opaque */

/* Connects older than arm_ns are watched, older than threshold_ns reported. 0 or -ENOMEM. */
int attempts_new(uint64_t threshold_ns, uint64_t arm_ns, struct attempts **ret_attempts);
void attempts_free(struct attempts *attempts);

/* In the order in which the kernel made them. `excluded`: where it begins a connect, the user does
 * not want to see that one, whatever becomes known of it later. */
void attempts_event(struct attempts *attempts, const struct event *event, bool excluded);
void attempts_record(struct attempts *attempts, const struct stall_record *record,
		     const struct stall_kernel *kernel);

/* Records that waited for the event of their connect. After each round of events. */
void attempts_catch_up(struct attempts *attempts, const struct stall_kernel *kernel,
		       uint64_t now_ns);

/* Some are missing, nobody knows whose: until now no connect's packets were watched. */
void attempts_records_lost(struct attempts *attempts, uint64_t now_ns);

/* A connect that hung before the start, from a dump; one that the user wants to see. */
void attempts_found(struct attempts *attempts, const struct wire_stall_sock *sock,
		    const struct stall_kernel *kernel);

/*
 * One turn: as long as there is a question, the caller answers it and reports what the answer makes
 * due. False: no more at this moment; *ret_next_ns says when to come again at the latest
 * (UINT64_MAX: not before something happens). The attempt of a question stays until the next one.
 * Events and records may come between two questions; then the turn goes on with a later `now_ns`. What was
 * handed out ahead must have been asked by then.
 */
bool attempts_next_question(struct attempts *attempts, uint64_t now_ns,
			    struct attempt_question *ret_question, uint64_t *ret_next_ns);

/*
 * The question about a connect that goes on which a later call of this turn will ask; each once, in
 * their order. False: there is none, or it was handed out. Lets the caller ask for evidence in time.
 */
bool attempts_question_ahead(struct attempts *attempts, struct attempt_question *ret_question);

/* To the last question. True: the connect is to be reported, as *ret_update. */
bool attempts_answer(struct attempts *attempts, const struct attempt_answer *answer,
		     enum stall_update *ret_update);

/* Some connect is watched: the hooks on the packet path are needed. */
bool attempts_need_hooks(const struct attempts *attempts);

/* All that began or were found, and those of them that were reported; what the user excludes is not
 * among them. */
struct attempts_totals {
	uint64_t connects, reported;
};

struct attempts_totals attempts_totals(const struct attempts *attempts);

/* Connects that there was no room for. */
uint64_t attempts_overflow(const struct attempts *attempts);
/* Those whose packets could not be followed, for a while or ever. */
uint64_t attempts_refused(const struct attempts *attempts);

/* Those that go on, oldest first; NULL: none, or no more. */
struct attempt *attempts_first(struct attempts *attempts);
struct attempt *attempts_next(struct attempt *attempt);

#endif
