/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A report's evidence -> a record -> the same verdict; and what is no such record. */
#include <string.h>

#include "diagnosis/diagnose.h"
#include "diagnosis/digest.h"
#include "diagnosis/kept.h"
#include "unit/diagnosis/random_evidence.h"
#include "unit/unit.h"

#define EVIDENCES 5000

static void a_record_gives_the_same_verdict(void **state)
{
	for (uint64_t seed = 0; seed < EVIDENCES; seed++) {
		const struct evidence evidence = random_evidence(seed);
		struct stall_kept kept, read;
		struct verdict before, after;

		stall_keep(&evidence.stall, &evidence.senses, NOW, &kept);
		assert_int_equal(stall_kept_decode(&kept, sizeof(kept), &read), 0);
		stall_diagnose(&evidence.stall, &evidence.senses, NOW, &before);
		stall_diagnose(&read.stall, &read.senses, read.head.ktime_ns, &after);
		assert_string_equal(before.word, after.word);
		assert_int_equal(before.confidence, after.confidence);
		assert_true(stall_digest(&evidence.stall, &before) ==
			    stall_digest(&read.stall, &after));
	}
}

/* Anybody's bytes: nothing is read beyond its end, no bool is another byte. */
static void any_bytes_can_be_judged(void **state)
{
	static struct stall_kept kept, read;
	struct verdict verdict;

	random_state = 1;
	for (int round = 0; round < EVIDENCES; round++) {
		for (size_t i = 0; i < sizeof(kept); i++)
			((uint8_t *)&kept)[i] = (uint8_t)random_number(round % 2 ? 256 : 3);
		kept.head = (struct wire_head){.kind = WIRE_KIND_STALL_REPORT,
					       .version = 1,
					       .size = sizeof(kept),
					       .ktime_ns = kept.head.ktime_ns};
		kept.stall_size = sizeof(struct stall);
		kept.update = 0;
		assert_int_equal(stall_kept_decode(&kept, sizeof(kept), &read), 0);
		stall_diagnose(&read.stall, &read.senses, read.head.ktime_ns, &verdict);
		assert_non_null(verdict.word);
	}
}

static void what_is_no_errno_is_not_kept(void **state)
{
	const struct stall_senses senses = {};
	const struct stall wrong = {.connect_ret = -70000,
				    .sk_err = 4096,
				    .last_failure_err = INT32_MIN,
				    .rule.err = -1};
	const struct stall right = {.connect_ret = -ECONNREFUSED, .sk_err = ECONNREFUSED};
	static struct stall_kept kept, read;

	stall_keep(&wrong, &senses, 1, &kept);
	assert_int_equal(stall_kept_decode(&kept, sizeof(kept), &read), 0);
	assert_int_equal(read.stall.connect_ret, STALL_RET_UNKNOWN);
	assert_int_equal(read.stall.sk_err, 0);
	assert_int_equal(read.stall.last_failure_err, 0);
	assert_int_equal(read.stall.rule.err, -1);
	stall_keep(&right, &senses, 1, &kept);
	assert_int_equal(stall_kept_decode(&kept, sizeof(kept), &read), 0);
	assert_int_equal(read.stall.connect_ret, -ECONNREFUSED);
	assert_int_equal(read.stall.sk_err, ECONNREFUSED);
}

static void other_records_are_refused(void **state)
{
	const struct stall stall = {};
	const struct stall_senses senses = {};
	struct stall_kept kept, read;

	stall_keep(&stall, &senses, 1, &kept);
	assert_int_equal(stall_kept_decode(&kept, sizeof(kept) - 8, &read), -EPROTO);
	assert_int_equal(stall_kept_decode(&kept, 8, &read), -EINVAL);
	kept.stall_size++;
	assert_int_equal(stall_kept_decode(&kept, sizeof(kept), &read), -EPROTO);
	kept.stall_size--;
	kept.update = STALL_UPDATE_MAX + 1;
	assert_int_equal(stall_kept_decode(&kept, sizeof(kept), &read), -EINVAL);
	kept.update = 0;
	kept.head.kind = WIRE_KIND_STALL_SOCK;
	assert_int_equal(stall_kept_decode(&kept, sizeof(kept), &read), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_gives_the_same_verdict),
		cmocka_unit_test(any_bytes_can_be_judged),
		cmocka_unit_test(what_is_no_errno_is_not_kept),
		cmocka_unit_test(other_records_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
