/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/cleanup.h"
#include "base/timer_wheel.h"
#include "diagnosis/clock.h"
#include "unit/unit.h"

#define MS UINT64_C(1000000)
#define BEGIN (1000000 * MS)

struct settings {
	const char *what;
	uint8_t syn_retries, linear;
	uint32_t user_timeout_ms;
	uint32_t rto_max_ms;  /* 0: 120 s */
	uint64_t gives_up_ms; /* after the first SYN */
};

/* What was measured on 6.18 (linear 4) and what tcp_timer.c computes for kernels without linear
 * time-outs. */
static const struct settings cases[] = {
	{"defaults with linear time-outs", 6, 4, 0, 0, 131000},
	{"defaults before 6.5", 6, 0, 0, 0, 127000},
	{"TCP_SYNCNT 1", 1, 4, 0, 0, 3000},
	{"TCP_SYNCNT 1 before 6.5", 1, 0, 0, 0, 3000},
	{"TCP_SYNCNT 2", 2, 4, 0, 0, 7000},
	{"TCP_SYNCNT 2 before 6.5", 2, 0, 0, 0, 7000},
	{"TCP_USER_TIMEOUT 500 ms: not before the first retry", 6, 4, 500, 0, 1001},
	{"TCP_USER_TIMEOUT 2500 ms", 6, 4, 2500, 0, 2500},
	{"tcp_rto_max_ms 2000, 4 retries", 4, 4, 0, 2000, 9000},
	{"tcp_rto_max_ms 2000, 4 retries, none linear", 4, 0, 0, 2000, 9000},
	{"TCP_RTO_MAX_MS 1000, 3 retries, none linear", 3, 0, 0, 1000, 4000},
	{"TCP_USER_TIMEOUT longer than the retries", 1, 0, 60000, 0, 3000},
};

static struct stall_timer timer_of(const struct settings *settings)
{
	return (struct stall_timer){
		.known = true,
		.first_ns = BEGIN,
		.next_ns = BEGIN + 1000 * MS,
		.rto_ns = 1000 * MS,
		.rto_max_ns = settings->rto_max_ms ? settings->rto_max_ms * MS : 120000 * MS,
		.user_timeout_ms = settings->user_timeout_ms,
		.syn_retries = settings->syn_retries,
		.linear = settings->linear,
	};
}

static void the_end_is_computed_as_the_kernel_does(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stall_timer timer = timer_of(&cases[i]);
		uint64_t end = stall_clock_gives_up(&timer);

		print_message("# %s\n", cases[i].what);
		assert_int_equal((end - BEGIN) / MS, cases[i].gives_up_ms);
	}
}

/* The wheel of 250 ticks a second, where the first SYN left at jiffies 1000. */
static struct stall_timer on_the_wheel(const struct settings *settings)
{
	struct stall_timer timer = timer_of(settings);

	timer.tick_ns = 4 * MS;
	timer.zero_ns = BEGIN - 4000 * MS;
	timer.next_ns = timer_wheel_fires(&(struct timer_wheel){timer.tick_ns, timer.zero_ns},
					  BEGIN, 1000 * MS);
	return timer;
}

static void the_timer_wheel_makes_the_end_later(void **state)
{
	struct stall_timer timer = on_the_wheel(&cases[5]);

	/* 1000: 1256, 1760, 2816 */
	assert_int_equal((stall_clock_gives_up(&timer) - BEGIN) / MS, (2816 - 1000) * 4);
	timer = on_the_wheel(&cases[1]);
	/* 2816: 4864, 8896, 17408, 33792 */
	assert_int_equal((stall_clock_gives_up(&timer) - BEGIN) / MS, (33792 - 1000) * 4);
}

static void check_that_the_end_stays(const struct settings *settings, struct stall_timer timer)
{
	uint64_t end = stall_clock_gives_up(&timer);

	print_message("# %s\n", settings->what);
	while (timer.next_ns < end) {
		timer.retransmits++;
		stall_clock_restart(&timer, timer.next_ns, false);
		assert_int_equal(stall_clock_gives_up(&timer), end);
	}
}

static void the_end_stays_the_same_from_retry_to_retry(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		check_that_the_end_stays(&cases[i], timer_of(&cases[i]));
		check_that_the_end_stays(&cases[i], on_the_wheel(&cases[i]));
	}
}

static void a_timer_that_expired_fires_when_the_wheel_comes_to_it(void **state)
{
	struct stall_timer timer = on_the_wheel(&cases[0]);

	timer.rto_ns = 4000 * MS; /* set at 1000, expired at 2000, fires at 2048 */
	stall_clock_pending(&timer, BEGIN + 4020 * MS, -20 * (int64_t)MS);
	assert_int_equal(timer.next_ns, BEGIN + 4192 * MS);
	stall_clock_pending(&timer, BEGIN + 1000 * MS, 3000 * (int64_t)MS);
	assert_int_equal(timer.next_ns, BEGIN + 4192 * MS);
}

static void a_timer_that_is_not_known_has_no_end(void **state)
{
	struct stall_timer timer = {};

	assert_int_equal(stall_clock_gives_up(&timer), STALL_NS_UNKNOWN);
}

static void a_congested_retry_comes_again_soon(void **state)
{
	struct stall_timer timer = timer_of(&cases[0]);

	timer.retransmits = 1;
	stall_clock_restart(&timer, BEGIN + 1000 * MS, true);
	assert_int_equal(timer.next_ns, BEGIN + 1500 * MS);
	assert_int_equal(timer.rto_ns, 1000 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_is_computed_as_the_kernel_does),
		cmocka_unit_test(the_end_stays_the_same_from_retry_to_retry),
		cmocka_unit_test(the_timer_wheel_makes_the_end_later),
		cmocka_unit_test(a_timer_that_expired_fires_when_the_wheel_comes_to_it),
		cmocka_unit_test(a_timer_that_is_not_known_has_no_end),
		cmocka_unit_test(a_congested_retry_comes_again_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
