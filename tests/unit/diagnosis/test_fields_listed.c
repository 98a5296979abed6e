/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The lists of stall_fields.h have each field of the evidence: what is in none is not tested. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unit/unit.h"

/* Without padding the sizes of all fields add up to their struct's. Nothing here is passed to other code. */
#pragma pack(push, 1)
#include "netstate/stall.h"
#pragma pack(pop)

#include "unit/diagnosis/stall_fields.h"

#define SIZE(field, ...) +sizeof(((const object *)NULL)->field)

#define LISTED(name, type, FIELDS)                                                                 \
	static void each_field_of_##name##_is_listed(void **state)                                 \
	{                                                                                          \
		typedef type object;                                                               \
                                                                                                   \
		assert_int_equal(sizeof(object), 0 FIELDS(SIZE));                                  \
	}

LISTED(a_connect, struct stall, STALL_FIELDS)
LISTED(a_drop, struct stall_drop, DROP_FIELDS)
LISTED(connection_tracking, struct stall_tracking, TRACKING_FIELDS)
LISTED(a_rule, struct stall_rule, RULE_FIELDS)
LISTED(ports, struct stall_ports, PORTS_FIELDS)
LISTED(a_flow, struct flow, FLOW_FIELDS)
LISTED(an_arrival, struct stall_arrival, ARRIVAL_FIELDS)
LISTED(an_icmp_error, struct stall_icmp, ICMP_FIELDS)
LISTED(a_policy, struct stall_policy, POLICY_FIELDS)
LISTED(a_place, struct stall_place, PLACE_FIELDS)
LISTED(a_rejecting_rule, struct stall_reject, REJECT_FIELDS)
LISTED(a_fallback, struct stall_fallback, FALLBACK_FIELDS)
LISTED(the_senses, struct stall_senses, SENSE_FIELDS)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_of_a_connect_is_listed),
		cmocka_unit_test(each_field_of_a_drop_is_listed),
		cmocka_unit_test(each_field_of_connection_tracking_is_listed),
		cmocka_unit_test(each_field_of_a_rule_is_listed),
		cmocka_unit_test(each_field_of_ports_is_listed),
		cmocka_unit_test(each_field_of_a_flow_is_listed),
		cmocka_unit_test(each_field_of_an_arrival_is_listed),
		cmocka_unit_test(each_field_of_an_icmp_error_is_listed),
		cmocka_unit_test(each_field_of_a_policy_is_listed),
		cmocka_unit_test(each_field_of_a_place_is_listed),
		cmocka_unit_test(each_field_of_a_rejecting_rule_is_listed),
		cmocka_unit_test(each_field_of_a_fallback_is_listed),
		cmocka_unit_test(each_field_of_the_senses_is_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
