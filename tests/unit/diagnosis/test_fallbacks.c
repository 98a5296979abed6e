/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events of connects by IPv6 and IPv4 -> which programs IPv6 costs something. */
#include "base/cleanup.h"
#include "diagnosis/fallbacks.h"
#include "netstate/tcp_state.h"
#include "unit/diagnosis/situation.h"
#include "unit/unit.h"

#define MS (S / 1000)
#define PID 7

static const struct endpoint ip4 = PORT(9, 443);
static const struct endpoint ip6 = {{0x20, 1, 0xd, 0xb8, [15] = 9}, 443};

struct step {
	uint64_t at_ms;
	const struct endpoint *to;
	uint8_t old_state, new_state;
	uint64_t sock;
	uint32_t pid; /* 0: PID */
};

#define BEGINS(at, to, sock)                                                                       \
	{                                                                                          \
		at, &(to), TCP_STATE_CLOSE, TCP_STATE_SYN_SENT, sock, 0                            \
	}
#define SUCCEEDS(at, to, sock)                                                                     \
	{                                                                                          \
		at, &(to), TCP_STATE_SYN_SENT, TCP_STATE_ESTABLISHED, sock, 0                      \
	}
#define ENDS(at, to, sock)                                                                         \
	{                                                                                          \
		at, &(to), TCP_STATE_SYN_SENT, TCP_STATE_CLOSE, sock, 0                            \
	}

static struct stall_fallback after(const struct step *steps, size_t count)
{
	static struct fallbacks fallbacks;
	const struct flow asked = {.netns = HERE, .pid = PID, .remote = ip6};

	fallbacks = (struct fallbacks){};
	for (size_t i = 0; i < count && steps[i].to; i++) {
		const struct event event = {.kind = EVENT_STATE,
					    .ktime_ns = START + steps[i].at_ms * MS,
					    .old_state = steps[i].old_state,
					    .new_state = steps[i].new_state,
					    .flow = {.netns = HERE,
						     .pid = steps[i].pid ? steps[i].pid : PID,
						     .sock = steps[i].sock,
						     .remote = *steps[i].to}};

		fallbacks_event(&fallbacks, &event);
	}
	return fallbacks_of(&fallbacks, &asked);
}

static void programs_that_go_on_by_ip4_are_seen(void **state)
{
	static const struct {
		const char *what;
		uint32_t count;
		uint64_t wait_ms;
		bool answered;
		struct step steps[6];
	} rows[] = {
		{"while IPv6 goes on",
		 1,
		 250,
		 true,
		 {BEGINS(0, ip6, 1), BEGINS(250, ip4, 2), SUCCEEDS(260, ip4, 2),
		  ENDS(261, ip6, 1)}},
		{"after it was given up",
		 1,
		 2000,
		 false,
		 {BEGINS(0, ip6, 1), ENDS(2000, ip6, 1), BEGINS(2000, ip4, 2)}},
		{"twice, on average",
		 2,
		 1500,
		 false,
		 {BEGINS(0, ip6, 1), BEGINS(1000, ip4, 2), BEGINS(5000, ip6, 3),
		  BEGINS(7000, ip4, 4)}},
		{"IPv6 answers",
		 0,
		 0,
		 false,
		 {BEGINS(0, ip6, 1), SUCCEEDS(300, ip6, 1), BEGINS(400, ip4, 2)}},
		{"long after IPv6 was given up",
		 0,
		 0,
		 false,
		 {BEGINS(0, ip6, 1), ENDS(2000, ip6, 1), BEGINS(3000, ip4, 2)}},
		{"at once, as a race", 0, 0, false, {BEGINS(0, ip6, 1), BEGINS(1, ip4, 2)}},
		{"it connects by IPv4 all the time",
		 0,
		 0,
		 false,
		 {BEGINS(0, ip4, 1), BEGINS(500, ip6, 2), BEGINS(1000, ip4, 3)}},
		{"another process does",
		 0,
		 0,
		 false,
		 {BEGINS(0, ip6, 1), {500, &ip4, TCP_STATE_CLOSE, TCP_STATE_SYN_SENT, 2, PID + 1}}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct stall_fallback got = after(rows[i].steps, ARRAY_SIZE(rows[i].steps));

		if (got.count != rows[i].count || got.wait_ns != rows[i].wait_ms * MS ||
		    got.answered != rows[i].answered)
			print_error("%s\n", rows[i].what);
		assert_int_equal(got.count, rows[i].count);
		assert_int_equal(got.wait_ns, rows[i].wait_ms * MS);
		assert_int_equal(got.answered, rows[i].answered);
	}
}

static void a_report_says_what_ip6_costs(void **state)
{
	struct stall stall = {SENT_AGAIN};
	struct verdict verdict;
	bool found = false;

	stall.fallback = (struct stall_fallback){2 * S, 1, true, ip4};
	stall_diagnose(&stall, &all_senses, NOW, &verdict);
	for (unsigned int i = 0; i < verdict.line_count; i++)
		found |= strstr(verdict.lines[i],
				"IPv6 costs this program 2.0 s a connection: it went on by IPv4 to "
				"10.0.0.9:443, which answered") != NULL;
	assert_true(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_that_go_on_by_ip4_are_seen),
		cmocka_unit_test(a_report_says_what_ip6_costs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
