/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The words of the contracts, both ways. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "netstate/errno_name.h"
#include "netstate/event.h"
#include "netstate/tcp_state.h"
#include "unit/unit.h"

static void every_state_is_named_and_found_again(void **state)
{
	assert_null(tcp_state_name(0));
	assert_null(tcp_state_name(TCP_STATE_MAX));
	assert_null(tcp_state_name(UINT32_MAX));
	for (unsigned int number = 1; number < TCP_STATE_MAX; number++) {
		unsigned int shown = number == TCP_STATE_NEW_SYN_RECV ? TCP_STATE_SYN_RECV : number;

		assert_non_null(tcp_state_name(number));
		assert_int_equal(tcp_state_parse(tcp_state_name(number)), shown);
	}
}

static void states_are_found_by_the_words_of_ss(void **state)
{
	static const struct {
		const char *word;
		unsigned int state;
	} rows[] = {
		{"established", TCP_STATE_ESTABLISHED},
		{"estab", TCP_STATE_ESTABLISHED},
		{"syn-sent", TCP_STATE_SYN_SENT},
		{"syn-recv", TCP_STATE_SYN_RECV},
		{"fin-wait-1", TCP_STATE_FIN_WAIT1},
		{"fin-wait-2", TCP_STATE_FIN_WAIT2},
		{"time-wait", TCP_STATE_TIME_WAIT},
		{"Time_Wait", TCP_STATE_TIME_WAIT},
		{"closed", TCP_STATE_CLOSE},
		{"close", TCP_STATE_CLOSE},
		{"unconnected", TCP_STATE_CLOSE},
		{"close-wait", TCP_STATE_CLOSE_WAIT},
		{"last-ack", TCP_STATE_LAST_ACK},
		{"listening", TCP_STATE_LISTEN},
		{"listen", TCP_STATE_LISTEN},
		{"closing", TCP_STATE_CLOSING},
		{"", 0},
		{"establish", 0},
		{"established ", 0},
		{"1", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (tcp_state_parse(rows[i].word) != rows[i].state)
			fail_msg("%s is %u", rows[i].word, tcp_state_parse(rows[i].word));
	}
}

static void errnos_are_named_as_the_c_library_names_them(void **state)
{
	unsigned int named = 0;

	for (int number = 1; number < 5000; number++) {
		const char *expected = strerrorname_np(number),
			   *got = errno_name((unsigned int)number);

		if (!expected != !got || (got && strcmp(got, expected)))
			fail_msg("%d is %s, not %s", number, got, expected);
		named += got != NULL;
	}
	assert_in_range(named, 130, 200);
	assert_null(errno_name(0));
	assert_null(errno_name(UINT32_MAX));
}

static void numbers_that_are_none_have_no_name(void **state)
{
	static const unsigned int numbers[] = {100, 255, UINT32_MAX};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		assert_null(event_kind_name(numbers[i]));
		assert_null(flow_owner_name(numbers[i]));
		assert_null(flow_protocol_name(numbers[i]));
	}
	assert_null(event_kind_name(0));
	assert_null(event_kind_name(EVENT_KIND_MAX));
	assert_null(flow_owner_name(FLOW_OWNER_NONE));
	for (unsigned int kind = 1; kind < EVENT_KIND_MAX; kind++)
		assert_non_null(event_kind_name(kind));
	for (unsigned int owner = 1; owner < FLOW_OWNER_MAX; owner++)
		assert_non_null(flow_owner_name(owner));
	for (unsigned int protocol = 0; protocol < FLOW_PROTOCOL_MAX; protocol++)
		assert_non_null(flow_protocol_name(protocol));
}

/* The golden recordings have the usual texts; here what is at the limits of the format. */
static void a_timeout_is_told_whatever_its_numbers(void **state)
{
	struct timeout timeout = {};
	char text[TIMEOUT_TEXT_SIZE];

	assert_int_equal(timeout_format(&timeout, text), 0);
	assert_string_equal(text, "");
	assert_null(timeout_cause_name(TIMEOUT_NONE));
	assert_null(timeout_cause_name(TIMEOUT_CAUSES));
	memset(&timeout, 0xff, sizeof(timeout));
	timeout.cause = TIMEOUT_USER;
	timeout.retransmits = 0;
	assert_true(timeout_format(&timeout, text) < TIMEOUT_TEXT_SIZE);
	assert_string_equal(text,
			    "TCP_USER_TIMEOUT 4294967295 ms: 255 keepalive probes unanswered (idle "
			    "4294967295 ms, interval 4294967295 ms)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_is_named_and_found_again),
		cmocka_unit_test(states_are_found_by_the_words_of_ss),
		cmocka_unit_test(errnos_are_named_as_the_c_library_names_them),
		cmocka_unit_test(numbers_that_are_none_have_no_name),
		cmocka_unit_test(a_timeout_is_told_whatever_its_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
