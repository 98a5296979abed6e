/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions that are handed out ahead are those that are asked later in the turn, in that order. */
#include "unit/diagnosis/attempts_scene.h"

#define CONNECTS 40
#define DEPTH 8

/* Connects that hang, among them some that ended, some that are excluded, and some that are not due. */
static struct attempts *busy_table(struct seen *seen)
{
	struct attempts *attempts = new_table(seen);

	for (uint64_t i = 1; i <= CONNECTS; i++) {
		uint64_t at = START + i * 10 * MS;
		struct event event =
			state_event(i * 64, at, TCP_STATE_CLOSE, TCP_STATE_SYN_SENT, 0);

		if (i % 7 == 3)
			event.flow.remote.port = 7777;
		attempts_event(attempts, &event, false);
		if (i % 5 == 2)
			end(attempts, i * 64, at + 200 * MS, TCP_STATE_CLOSE, ETIMEDOUT);
	}
	return attempts;
}

/* How many were asked ahead; `depth`: at most so many at a time. */
static unsigned int turn_ahead(struct attempts *attempts, struct seen *seen, uint64_t now,
			       unsigned int depth)
{
	struct attempt *queue[DEPTH];
	struct attempt_question question, ahead;
	unsigned int count = 0, total = 0;
	enum stall_update update;
	uint64_t next;

	while (attempts_next_question(attempts, now, &question, &next)) {
		struct attempt_answer answer = {.shown = true};

		if (question.ended) {
			attempts_answer(attempts, &answer, &update);
			continue;
		}
		if (count) {
			assert_ptr_equal(queue[0], question.attempt);
			memmove(queue, queue + 1, --count * sizeof(*queue));
		}
		while (count < depth && attempts_question_ahead(attempts, &ahead)) {
			assert_ptr_not_equal(ahead.attempt, question.attempt);
			queue[count++] = ahead.attempt;
			total++;
		}
		answer_pending(seen, &question, &answer);
		attempts_answer(attempts, &answer, &update);
	}
	assert_int_equal(count, 0);
	assert_false(attempts_question_ahead(attempts, &ahead));
	return total;
}

static void what_comes_ahead_is_asked_next(void **state)
{
	for (unsigned int depth = 1; depth <= DEPTH; depth++) {
		struct seen seen;
		struct attempts *attempts = busy_table(&seen);
		unsigned int total = 0;

		for (uint64_t at = 0; at < 2000; at += 70)
			total += turn_ahead(attempts, &seen, START + at * MS, depth);
		assert_true(total > CONNECTS);
		attempts_free(attempts);
	}
}

static void nothing_is_ahead_between_turns(void **state)
{
	struct attempt_question ahead;
	struct seen seen;
	struct attempts *attempts = busy_table(&seen);

	assert_false(attempts_question_ahead(attempts, &ahead));
	attempts_free(attempts);
}

/* Simultaneous opens that succeed in time are forgotten at once, also where a turn would go on with one. */
static void a_turn_goes_on_behind_what_went_meanwhile(void **state)
{
	struct attempt_question question;
	enum stall_update update;
	unsigned int asked = 0;
	struct seen seen;
	struct attempts *attempts = new_table(&seen);
	uint64_t next, now = START + ARM + 50 * MS;

	for (uint64_t i = 1; i <= CONNECTS; i++)
		begin(attempts, i * 64, START + i);
	for (; attempts_next_question(attempts, now, &question, &next); now += MS) {
		struct attempt_answer answer = {.pending = true};
		struct attempt *after = attempts_next(question.attempt);

		attempts_answer(attempts, &answer, &update);
		asked++;
		for (int i = 0; after && i < 2; i++) {
			uint64_t sock = after->flow.sock;
			struct event crossed =
				state_event(sock, now, TCP_STATE_SYN_SENT, TCP_STATE_SYN_RECV, 0);
			struct event over = state_event(sock, now, TCP_STATE_SYN_RECV,
							TCP_STATE_ESTABLISHED, 0);

			after = attempts_next(after);
			take(attempts, &crossed);
			take(attempts, &over);
		}
	}
	assert_int_equal(asked, (CONNECTS + 2) / 3);
	assert_true(next <= now); /* what came meanwhile was not looked at: another turn at once */
	attempts_free(attempts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_ahead_is_asked_next),
		cmocka_unit_test(nothing_is_ahead_between_turns),
		cmocka_unit_test(a_turn_goes_on_behind_what_went_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
