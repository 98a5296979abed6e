/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Answers are found by the whole question, while they are young. */
#include "evidence/question_cache.h"
#include "unit/unit.h"

#define KEEP 500

static struct question about(uint8_t last)
{
	return (struct question){.netns = 7, .uid = 1000, .to.addr = {[15] = last}, .to.port = 80};
}

static void an_answer_is_found_until_it_is_old(void **state)
{
	struct question question = about(1);
	struct question_cache cache;
	uint32_t value = 42;
	const uint32_t *found;

	assert_int_equal(question_cache_init(&cache, sizeof(value)), 0);
	assert_null(question_cache_find(&cache, &question, 0, KEEP));
	question_cache_store(&cache, &question, 1000, &value);
	found = question_cache_find(&cache, &question, 1000 + KEEP - 1, KEEP);
	assert_non_null(found);
	assert_int_equal(*found, 42);
	assert_null(question_cache_find(&cache, &question, 1000 + KEEP, KEEP));
	question_cache_release(&cache);
}

/* Also one of the first nanosecond: no time means "empty". */
static void an_answer_of_time_zero_counts(void **state)
{
	struct question question = about(1);
	struct question_cache cache;
	uint8_t value = 1;

	assert_int_equal(question_cache_init(&cache, sizeof(value)), 0);
	question_cache_store(&cache, &question, 0, &value);
	assert_non_null(question_cache_find(&cache, &question, 1, KEEP));
	question_cache_release(&cache);
}

static void each_member_of_the_question_tells(void **state)
{
	struct question question = about(1);
	const struct question others[] = {
		{.netns = 8, .uid = 1000, .to = question.to},
		{.netns = 7, .uid = 1001, .to = question.to},
		{.netns = 7, .uid = 1000, .mark = 1, .to = question.to},
		{.netns = 7, .uid = 1000, .ifindex = 1, .to = question.to},
		{.netns = 7, .uid = 1000, .from.port = 1, .to = question.to},
		{.netns = 7, .uid = 1000, .to = {.port = 80}},
		{.netns = 7, .uid = 1000, .to = {.addr = {[15] = 1}, .port = 81}},
	};
	struct question_cache cache;
	uint8_t value = 1;

	assert_int_equal(question_cache_init(&cache, sizeof(value)), 0);
	question_cache_store(&cache, &question, 0, &value);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_null(question_cache_find(&cache, &others[i], 1, KEEP));
	question_cache_release(&cache);
}

/* More questions than slots: some are forgotten, none gets another's answer. */
static void a_full_cache_never_mixes_answers(void **state)
{
	struct question_cache cache;
	unsigned int found = 0;

	assert_int_equal(question_cache_init(&cache, sizeof(uint32_t)), 0);
	for (uint32_t i = 0; i < 5000; i++) {
		struct question question = {.netns = i};

		question_cache_store(&cache, &question, 0, &i);
	}
	for (uint32_t i = 0; i < 5000; i++) {
		struct question question = {.netns = i};
		const uint32_t *value = question_cache_find(&cache, &question, 1, KEEP);

		if (!value)
			continue;
		assert_int_equal(*value, i);
		found++;
	}
	assert_in_range(found, 500, 1024);
	question_cache_release(&cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_found_until_it_is_old),
		cmocka_unit_test(an_answer_of_time_zero_counts),
		cmocka_unit_test(each_member_of_the_question_tells),
		cmocka_unit_test(a_full_cache_never_mixes_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
