/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random evidence has each observation, and each can be taken away. */
#include "unit/diagnosis/unobserved.h"
#include "unit/unit.h"

#define EVIDENCES 4000

static bool is_filled(const void *field, size_t size)
{
	static const uint8_t zero[sizeof(struct stall)];

	return memcmp(field, zero, size);
}

#define FILLED(name, fields)                                                                       \
	static void each_field_of_##name##_is_filled_at_times(void **state)                        \
	{                                                                                          \
		unsigned int filled[256] = {}, count = 0;                                          \
                                                                                                   \
		for (uint64_t seed = 0; seed < EVIDENCES; seed++) {                                \
			const struct evidence evidence = random_evidence(seed);                    \
                                                                                                   \
			count = 0;                                                                 \
			fields(NOTE_##name)                                                        \
		}                                                                                  \
		count = 0;                                                                         \
		fields(ASSERT_FILLED)                                                              \
	}

#define ASSERT_FILLED(field, ...)                                                                  \
	if (!filled[count++])                                                                      \
		fail_msg("random_evidence() never fills " #field);
#define NOTE(object, field) filled[count++] |= is_filled(&(object).field, sizeof((object).field));
#define NOTE_stall(field, ...) NOTE(evidence.stall, field)
#define NOTE_drop(field, ...) NOTE(evidence.stall.drops[0], field)
#define NOTE_tracking(field, ...) NOTE(evidence.stall.trackings[0], field)
#define NOTE_rule(field, ...) NOTE(evidence.stall.rule, field)
#define NOTE_ports(field, ...) NOTE(evidence.stall.ports, field)

FILLED(stall, STALL_FIELDS)
FILLED(drop, DROP_FIELDS)
FILLED(tracking, TRACKING_FIELDS)
FILLED(rule, RULE_FIELDS)
FILLED(ports, PORTS_FIELDS)

static void each_observation_can_be_taken_away(void **state)
{
	for (unsigned int i = 0; i < OBSERVATIONS; i++) {
		if (i != OF_ITS_EVENTS && i != OF_ITS_SOCKET)
			assert_non_null(takes_out[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_of_stall_is_filled_at_times),
		cmocka_unit_test(each_field_of_drop_is_filled_at_times),
		cmocka_unit_test(each_field_of_tracking_is_filled_at_times),
		cmocka_unit_test(each_field_of_rule_is_filled_at_times),
		cmocka_unit_test(each_field_of_ports_is_filled_at_times),
		cmocka_unit_test(each_observation_can_be_taken_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
