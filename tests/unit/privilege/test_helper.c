/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions to the helper process: each gets its own answer, whatever became of the one before. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "privilege/helper.h"

enum kind {
	ECHO, /* the number */
	PARTS, /* `index` parts, of which the first is too large where `number` is 1, waited for where it is 2 */
	SLOW, /* the number, after some calls of `waiting` */
};

static void send_parts(const struct helper_question *question, struct helper_answer *answer)
{
	for (uint32_t i = 0; i < question->index; i++) {
		answer->size = question->number == 1 && !i ? HELPER_DATA_SIZE + 1 : 4;
		answer->number = i;
		if (question->number == 2)
			helper_part_wait(answer);
		else
			helper_part(answer);
	}
	answer->number = question->index;
}

static void answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer)
{
	if (question->kind == PARTS) {
		send_parts(question, ret_answer);
		return;
	}
	if (question->kind == SLOW)
		usleep(3 * HELPER_WAIT_MS * 1000);
	ret_answer->number = question->number;
}

static struct helper *start(void)
{
	struct helper *helper;

	assert_int_equal(helper_start(answer, NULL, 0, &helper), 0);
	return helper;
}

static void assert_echo(struct helper *helper, uint64_t number)
{
	const struct helper_question question = {.kind = ECHO, .number = number};
	struct helper_answer answered;

	assert_int_equal(helper_ask(helper, &question, &answered), 0);
	assert_int_equal(answered.number, number);
}

struct taken {
	struct helper *helper;
	uint32_t count, busy;
};

/* Asks the same helper amid another question. */
static void ask_amid(struct taken *taken)
{
	struct helper_answer answered;

	taken->busy += helper_ask(taken->helper, &(struct helper_question){.kind = ECHO},
				  &answered) == -EBUSY;
}

static void on_part(void *context, const struct helper_answer *part)
{
	struct taken *taken = context;

	assert_int_equal(part->number, taken->count++);
	ask_amid(taken);
}

static void parts_that_were_given_up_are_nobodys_answer(void **state)
{
	const struct helper_question bad = {.kind = PARTS, .index = 2000, .number = 1};
	struct taken taken = {.helper = start()};
	struct helper_answer last;

	assert_int_equal(helper_ask_parts(taken.helper, &bad, on_part, &taken, &last), -EPROTO);
	assert_int_equal(taken.count, 0);
	/* more questions than fit into a socket while the child is busy with those parts */
	for (uint64_t i = 0; i < 1000; i++)
		assert_echo(taken.helper, i);
	helper_stop(taken.helper);
}

static void given_up_parts_are_no_answer_to_what_is_asked_ahead(void **state)
{
	const struct helper_question bad = {.kind = PARTS, .index = 20, .number = 1};
	const struct helper_question ahead = {.kind = ECHO, .number = 7};
	struct taken taken = {.helper = start()};
	struct helper_answer last;

	assert_int_equal(helper_ask_parts(taken.helper, &bad, on_part, &taken, &last), -EPROTO);
	assert_int_equal(helper_ask_ahead(taken.helper, &ahead), 0);
	assert_echo(taken.helper, 8);
	assert_int_equal(helper_answer_ahead(taken.helper, &last), 0);
	assert_int_equal(last.number, 7);
	helper_stop(taken.helper);
}

static void nothing_is_asked_amid_parts(void **state)
{
	struct taken taken = {.helper = start()};

	for (uint64_t how = 0; how <= 2; how += 2) {
		const struct helper_question parts = {.kind = PARTS, .index = 30, .number = how};
		struct helper_answer last;

		taken.count = taken.busy = 0;
		assert_int_equal(helper_ask_parts(taken.helper, &parts, on_part, &taken, &last), 0);
		assert_int_equal(last.number, 30);
		assert_int_equal(taken.count, 30);
		assert_int_equal(taken.busy, 30);
		assert_echo(taken.helper, 5);
	}
	helper_stop(taken.helper);
}

static bool waiting(void *context, unsigned int waited_ms)
{
	ask_amid(context);
	return true;
}

static void nothing_is_asked_amid_a_wait(void **state)
{
	const struct helper_question slow = {.kind = SLOW, .number = 9};
	struct taken taken = {.helper = start()};
	struct helper_answer answered;

	helper_set_waiting(taken.helper, waiting, &taken);
	assert_int_equal(helper_ask(taken.helper, &slow, &answered), 0);
	assert_int_equal(answered.number, 9);
	assert_true(taken.busy > 0);
	assert_echo(taken.helper, 4);
	helper_stop(taken.helper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_that_were_given_up_are_nobodys_answer),
		cmocka_unit_test(given_up_parts_are_no_answer_to_what_is_asked_ahead),
		cmocka_unit_test(nothing_is_asked_amid_parts),
		cmocka_unit_test(nothing_is_asked_amid_a_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
