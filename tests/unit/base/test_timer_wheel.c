/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/cleanup.h"
#include "base/timer_wheel.h"
#include "unit/unit.h"

#define TICK UINT64_C(4000000)
#define ZERO UINT64_C(7000000)

/* In jiffies, worked out by hand from calc_wheel_index(). */
static const struct {
	uint64_t set, wait, fires;
} cases[] = {
	{1000, 0, 1001},    /* the next tick */
	{1000, 62, 1063},   /* the finest level: one late */
	{1000, 63, 1064},   /* from here on steps of 8 */
	{1001, 250, 1256},  /* a second with 250 ticks */
	{1000, 503, 1504},  /* 1503: the last of that level */
	{1000, 504, 1536},  /* steps of 64 */
	{1000, 1000, 2048}, /* 4 s: 192 ms late */
	{1047, 1000, 2048}, /* 4 ms late */
	{1048, 1000, 2112}, /* just missed: 256 ms late */
	{1000, 4032, 5120}, /* steps of 512 */
	{0, 16000, 16384},  /* 64 s: 1.5 s late */
};

static void a_timer_fires_with_its_levels_grain(void **state)
{
	const struct timer_wheel wheel = {.tick_ns = TICK, .zero_ns = ZERO};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(
			timer_wheel_fires(&wheel, ZERO + cases[i].set * TICK, cases[i].wait * TICK),
			ZERO + cases[i].fires * TICK);
}

static void jiffies_that_began_before_the_clock_did_count_too(void **state)
{
	const struct timer_wheel wheel = {.tick_ns = TICK, .zero_ns = 0 - 1000 * TICK};

	assert_int_equal(timer_wheel_fires(&wheel, 0, 1000 * TICK), 1048 * TICK);
}

static void a_timer_never_fires_early_and_at_most_an_eighth_late(void **state)
{
	const struct timer_wheel wheel = {.tick_ns = TICK, .zero_ns = ZERO};

	for (uint64_t wait = 64; wait < 100000; wait = wait * 9 / 8) {
		for (uint64_t set = ZERO; set < ZERO + 5000 * TICK; set += 777 * TICK / 10) {
			uint64_t fires = timer_wheel_fires(&wheel, set, wait * TICK);

			assert_in_range(fires, set + (wait - 1) * TICK,
					set + wait * TICK + wait * TICK / 7);
		}
	}
}

static void a_wheel_that_is_not_known_is_punctual(void **state)
{
	const struct timer_wheel wheel = {};

	assert_int_equal(timer_wheel_fires(&wheel, 5, 7), 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timer_fires_with_its_levels_grain),
		cmocka_unit_test(jiffies_that_began_before_the_clock_did_count_too),
		cmocka_unit_test(a_timer_never_fires_early_and_at_most_an_eighth_late),
		cmocka_unit_test(a_wheel_that_is_not_known_is_punctual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
