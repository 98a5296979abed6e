/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who has the tun of a SYN's route open: what was found, while looking again is not due. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "evidence/programs.h"
#include "procfs/tun_holders.h"
#include "unit/unit.h"

#define NETNS 4026531840u
#define SECOND_NS UINT64_C(1000000000)

/* It was found `ago_ns` ago, and looking again is not due for `pause_ns`. */
static uint32_t found_pid(uint64_t ago_ns, uint64_t pause_ns)
{
	struct tun_holder holder = {.pid = 7, .comm = "vpn"};
	struct question question = {.netns = NETNS};
	uint64_t now = clock_monotonic_ns();
	struct evidence_sources sources = {.programs_ns = now + pause_ns};
	struct stall stall = {.flow.netns = NETNS};

	snprintf(stall.device, sizeof(stall.device), "no-such-tun");
	snprintf(stall.device_kind, sizeof(stall.device_kind), "tun");
	memcpy(question.to.addr, stall.device, strlen(stall.device));
	assert_int_equal(question_cache_init(&sources.programs, sizeof(holder)), 0);
	question_cache_store(&sources.programs, &question, now - ago_ns, &holder);
	programs_collect(&sources, &stall);
	question_cache_release(&sources.programs);
	return stall.queued.pid;
}

static void what_was_found_is_said_until_it_is_looked_for_again(void **state)
{
	assert_int_equal(found_pid(SECOND_NS / 2, 0), 7);
	assert_int_equal(found_pid(3 * SECOND_NS, 10 * SECOND_NS), 7);
	assert_int_equal(found_pid(3 * SECOND_NS, 0), 0); /* looked for again: there is none */
}

static void what_was_found_long_ago_is_not_said(void **state)
{
	assert_int_equal(found_pid(60 * SECOND_NS, 10 * SECOND_NS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_found_is_said_until_it_is_looked_for_again),
		cmocka_unit_test(what_was_found_long_ago_is_not_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
