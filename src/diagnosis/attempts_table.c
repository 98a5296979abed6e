/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of connects under way, found by socket, in order of their start. Pure. */
#include "diagnosis/attempts_table.h"

#include <errno.h>
#include <stdlib.h>

static uint64_t slot_of(uint64_t sock)
{
	uint64_t hash = (sock >> 6) * UINT64_C(0x9e3779b97f4a7c15); /* sockets lie on cache lines */

	return hash >> 50;
}

_Static_assert(ATTEMPTS_BUCKETS == 1 << (64 - 50), "the hash's upper bits are a bucket's number");
_Static_assert(ATTEMPTS_GONE == 1 << (64 - 50), "likewise");

static struct attempt **bucket_of(struct attempts *attempts, uint64_t sock)
{
	return &attempts->buckets[slot_of(sock)];
}

struct attempt *attempt_find(const struct attempts *attempts, uint64_t sock)
{
	struct attempt *attempt = *bucket_of((struct attempts *)attempts, sock);

	while (attempt && attempt->flow.sock != sock)
		attempt = attempt->next_in_bucket;
	return attempt;
}

static void append(struct attempt_list *list, struct attempt *attempt)
{
	attempt->newer = NULL;
	attempt->older = list->newest;
	if (list->newest)
		list->newest->newer = attempt;
	else
		list->oldest = attempt;
	list->newest = attempt;
}

static void unlink_from(struct attempt_list *list, struct attempt *attempt)
{
	if (attempt->older)
		attempt->older->newer = attempt->newer;
	else
		list->oldest = attempt->newer;
	if (attempt->newer)
		attempt->newer->older = attempt->older;
	else
		list->newest = attempt->older;
}

static struct attempt_list *list_of(struct attempts *attempts, const struct attempt *attempt)
{
	if (attempt->left_out)
		return &attempts->left_out;
	if (attempt->final)
		return &attempts->finals;
	return attempt->stall ? &attempts->stalls : &attempts->fresh;
}

/* A turn that was interrupted goes on behind it. */
static void leave_list(struct attempts *attempts, struct attempt *attempt)
{
	if (attempts->turn.cursor == attempt)
		attempts->turn.cursor = attempt->newer;
	if (attempts->turn.ahead == attempt)
		attempts->turn.ahead = attempt->newer;
	if (attempts->turn.asked.attempt == attempt)
		attempts->turn.asked.attempt = NULL;
	unlink_from(list_of(attempts, attempt), attempt);
}

static struct attempt *new_row(struct attempts *attempts)
{
	struct attempt *attempt = attempts->spare;

	if (attempt) {
		attempts->spare = attempt->newer;
		return attempt;
	}
	if (attempts->rows >= ATTEMPTS_MAX)
		return NULL;
	attempt = malloc(sizeof(*attempt));
	attempts->rows += attempt != NULL;
	return attempt;
}

struct attempt *attempt_add(struct attempts *attempts, const struct flow *flow, uint64_t start_ns)
{
	struct attempt **bucket = bucket_of(attempts, flow->sock);
	struct attempt *attempt = new_row(attempts);

	if (!attempt) {
		attempts->overflow++;
		return NULL;
	}
	*attempt = (struct attempt){
		.flow = *flow,
		.start_ns = start_ns,
		.connect_ret = STALL_RET_UNKNOWN,
		.descriptor = -1,
		.next_in_bucket = *bucket,
	};
	if (*bucket)
		(*bucket)->before_in_bucket = attempt;
	*bucket = attempt;
	append(&attempts->fresh, attempt);
	attempts->begun = true;
	attempts->totals.connects++;
	return attempt;
}

static void note_gone(struct attempts *attempts, const struct attempt *attempt)
{
	uint64_t slot = slot_of(attempt->flow.sock);

	if (attempt->end == STALL_REFUSED_EARLY)
		return;
	attempts->gone[slot].sock = attempt->flow.sock;
	attempts->gone[slot].start_ns = attempt->start_ns;
}

bool attempt_is_gone(const struct attempts *attempts, uint64_t sock, uint64_t from_ns,
		     uint64_t to_ns)
{
	uint64_t slot = slot_of(sock);

	return attempts->gone[slot].sock == sock && attempts->gone[slot].start_ns >= from_ns &&
	       attempts->gone[slot].start_ns <= to_ns;
}

void attempt_remove(struct attempts *attempts, struct attempt *attempt)
{
	note_gone(attempts, attempt);
	if (attempt->before_in_bucket)
		attempt->before_in_bucket->next_in_bucket = attempt->next_in_bucket;
	else
		*bucket_of(attempts, attempt->flow.sock) = attempt->next_in_bucket;
	if (attempt->next_in_bucket)
		attempt->next_in_bucket->before_in_bucket = attempt->before_in_bucket;
	leave_list(attempts, attempt);
	attempts->left_out_rows -= attempt->left_out;
	free(attempt->stall);
	attempt->newer = attempts->spare;
	attempts->spare = attempt;
}

void attempt_leave_out(struct attempts *attempts, struct attempt *attempt)
{
	attempts->totals.connects -= !attempt->reported;
	if (attempts->left_out_rows == ATTEMPTS_LEFT_OUT)
		attempt_remove(attempts, attempts->left_out.oldest);
	leave_list(attempts, attempt);
	free(attempt->stall);
	attempt->stall = NULL;
	attempt->left_out = true;
	attempts->left_out_rows++;
	append(&attempts->left_out, attempt);
}

void attempt_finalize(struct attempts *attempts, struct attempt *attempt)
{
	if (attempt_find(attempts, attempt->flow.sock) != attempt) {
		attempt_remove(attempts, attempt);
		return;
	}
	leave_list(attempts, attempt);
	free(attempt->stall);
	attempt->stall = NULL;
	attempt->final = true;
	append(&attempts->finals, attempt);
}

int attempt_promote(struct attempts *attempts, struct attempt *attempt)
{
	struct stall *stall = calloc(1, sizeof(*stall));

	if (!stall)
		return -ENOMEM;
	stall->flow = attempt->flow;
	stall->start_ns = attempt->start_ns;
	stall->connect_ret = attempt->connect_ret;
	stall->descriptor = attempt->descriptor;
	unlink_from(&attempts->fresh, attempt);
	attempt->stall = stall;
	append(&attempts->stalls, attempt);
	return 0;
}

int attempts_new(uint64_t threshold_ns, uint64_t arm_ns, struct attempts **ret_attempts)
{
	struct attempts *attempts = calloc(1, sizeof(*attempts));

	if (!attempts)
		return -ENOMEM;
	attempts->threshold_ns = threshold_ns;
	attempts->arm_ns = arm_ns;
	*ret_attempts = attempts;
	return 0;
}

static void free_rows(struct attempt *attempt)
{
	while (attempt) {
		struct attempt *next = attempt->newer;

		free(attempt->stall);
		free(attempt);
		attempt = next;
	}
}

void attempts_free(struct attempts *attempts)
{
	if (!attempts)
		return;
	for (struct attempt *spare = attempts->spare; spare; spare = spare->newer)
		spare->stall = NULL;
	free_rows(attempts->spare);
	free_rows(attempts->fresh.oldest);
	free_rows(attempts->stalls.oldest);
	free_rows(attempts->finals.oldest);
	free_rows(attempts->left_out.oldest);
	free(attempts);
}

uint64_t attempts_overflow(const struct attempts *attempts)
{
	return attempts->overflow;
}

uint64_t attempts_refused(const struct attempts *attempts)
{
	return attempts->refused;
}

bool attempts_need_hooks(const struct attempts *attempts)
{
	return attempts->watched > 0;
}

struct attempts_totals attempts_totals(const struct attempts *attempts)
{
	return attempts->totals;
}

struct attempt *attempts_first(struct attempts *attempts)
{
	return attempts->stalls.oldest;
}

struct attempt *attempts_next(struct attempt *attempt)
{
	return attempt->newer;
}
