/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events -> lines of text. */
#include "base/cleanup.h"
#include "view/event_columns.h"
#include "unit/unit.h"
#include "unit/view/sample.h"

#define HEADER                                                                                     \
	"TIME             PID     COMM             LADDR:LPORT            RADDR:RPORT            " \
	"OLD         -> NEW          AFTER\n"

static void assert_line(struct view view, struct event event, const char *expected)
{
	_cleanup_(buf_release) struct buf out = {0};

	view_text(&view, &event, &out);
	buf_putc(&out, '\0');
	assert_string_equal(out.data, expected);
}

static void text_is_the_line_of_the_issue_under_its_header(void **state)
{
	_cleanup_(buf_release) struct buf out = {0};
	struct view view = sample_view();

	view_header(&view, &out);
	buf_putc(&out, '\0');
	assert_string_equal(out.data, HEADER);
	assert_line(
		view, sample_state(),
		"10:15:02.120451  10359   curl             10.0.0.5:41022         93.184.216.34:443      "
		"SYN_SENT    -> ESTABLISHED  11.3ms\n");
}

static void text_says_what_a_call_gave(void **state)
{
#define FLOW                                                                                       \
	"10:15:02.120451  10359   curl             10.0.0.5:41022         93.184.216.34:443      "
	assert_line(sample_view(), sample_call(EVENT_CONNECT, 0, 5),
		    FLOW "connect     -> ok           250us    fd 5\n");
	assert_line(sample_view(), sample_call(EVENT_CONNECT, -ECONNREFUSED, 5),
		    FLOW "connect     -> ECONNREFUSED 250us    fd 5\n");
	assert_line(sample_view(), sample_call(EVENT_CONNECT, -EADDRNOTAVAIL, -1),
		    FLOW "connect     -> EADDRNOTAVAIL 250us\n");
	assert_line(sample_view(), sample_call(EVENT_ACCEPT, 7, 7),
		    FLOW "accept      -> fd 7         250us\n");
	assert_line(sample_view(), sample_call(EVENT_ACCEPT, 0, -1),
		    FLOW "accept      -> ok           250us\n");
	assert_line(sample_view(), sample_call(EVENT_ACCEPT, -EMFILE, -1),
		    FLOW "accept      -> EMFILE       250us\n");
}

static void text_adds_the_error_of_a_close(void **state)
{
	struct event event = sample_state();

	event.new_state = TCP_STATE_CLOSE;
	event.err = ECONNRESET;
	assert_line(sample_view(), event, FLOW "SYN_SENT    -> CLOSE        11.3ms   ECONNRESET\n");
	event.after_ns = EVENT_NS_UNKNOWN;
	assert_line(sample_view(), event, FLOW "SYN_SENT    -> CLOSE        -        ECONNRESET\n");
}

static void text_of_a_gap_cannot_be_missed(void **state)
{
	assert_line(sample_view(), sample_gap(42),
		    "10:15:02.120451  ---- gap: 42 events lost here ----\n");
	assert_line(sample_view(), sample_gap(1),
		    "10:15:02.120451  ---- gap: 1 event lost here ----\n");
}

static void text_marks_an_owner_that_is_inherited_or_scanned(void **state)
{
#define REST                                                                                       \
	"curl             10.0.0.5:41022         93.184.216.34:443      SYN_SENT    -> ESTABLISHED  11.3ms\n"
	struct event event = sample_state();

	event.flow.owner = FLOW_OWNER_INHERITED;
	assert_line(sample_view(), event, "10:15:02.120451  10359~  " REST);
	event.flow.owner = FLOW_OWNER_SCAN;
	assert_line(sample_view(), event, "10:15:02.120451  10359*  " REST);
	event.flow.owner = FLOW_OWNER_LISTEN;
	assert_line(sample_view(), event, "10:15:02.120451  10359   " REST);
}

static void text_has_a_dash_for_what_is_unknown(void **state)
{
	struct event event = sample_state();

	event.flow.owner = event.flow.pid = event.flow.family = 0;
	event.after_ns = EVENT_NS_UNKNOWN;
	assert_line(
		sample_view(), event,
		"10:15:02.120451  -       -                -                      -                      "
		"SYN_SENT    -> ESTABLISHED  -\n");
}

static void text_lets_a_wide_column_overflow_and_finds_back(void **state)
{
	struct event event = sample_state();

	event.flow.family = AF_INET6;
	event.flow.pid = 4194304;
	event.flow.owner = FLOW_OWNER_INHERITED;
	event.flow.local = sample_end("2001:db8:1:2:3:4:5:6", 41022);
	event.flow.remote = sample_end("::1", 443);
	assert_line(
		sample_view(), event,
		"10:15:02.120451  4194304~ curl            [2001:db8:1:2:3:4:5:6]:41022 [::1]:443        "
		"SYN_SENT    -> ESTABLISHED  11.3ms\n");
}

static void text_writes_each_form_of_time(void **state)
{
	_cleanup_(buf_release) struct buf out = {0};
	struct event event = sample_gap(1);
	struct view view = sample_view();

	view.time = VIEW_TIME_NS;
	assert_line(view, event, "120451003        ---- gap: 1 event lost here ----\n");
	view.time = VIEW_TIME_REL;
	view_text(&view, &event, &out);
	event.ktime_ns += 1500000999;
	view_text(&view, &event, &out);
	event.ktime_ns = 20451003;
	view_text(&view, &event, &out);
	buf_putc(&out, '\0');
	assert_string_equal(out.data, "0.000000         ---- gap: 1 event lost here ----\n"
				      "1.500000         ---- gap: 1 event lost here ----\n"
				      "-0.100000        ---- gap: 1 event lost here ----\n");
}

static void text_cannot_steer_a_terminal(void **state)
{
#define BEHIND "10.0.0.5:41022         93.184.216.34:443      SYN_SENT    -> ESTABLISHED  11.3ms\n"
	struct event event = sample_state();
	struct view view = sample_view();

	strcpy(event.flow.comm, "\x1b[2J\n\xc2\x9b\xff gr\xc3\xbc\xc3\x9f");
	assert_line(view, event, "10:15:02.120451  10359   ?[2J???? gr\xc3\xbc\xc3\x9f    " BEHIND);
	view.terminal_safe = false;
	assert_line(view, event,
		    "10:15:02.120451  10359   ?[2J?\xc2\x9b\xff gr\xc3\xbc\xc3\x9f     " BEHIND);
}

static void text_colours_states_and_failures_only_when_asked(void **state)
{
	struct view view = sample_view();
	struct event event = sample_state();

	view.color = true;
	assert_line(view, event,
		    FLOW "\033[33mSYN_SENT\033[0m    -> \033[32mESTABLISHED\033[0m  11.3ms\n");
	event.new_state = TCP_STATE_CLOSE;
	event.err = ECONNRESET;
	assert_line(
		view, event,
		FLOW
		"\033[33mSYN_SENT\033[0m    -> \033[90mCLOSE\033[0m        11.3ms   \033[31mECONNRESET\033[0m\n");
	assert_line(view, sample_call(EVENT_CONNECT, -ECONNREFUSED, -1),
		    FLOW "connect     -> \033[31mECONNREFUSED\033[0m 250us\n");
	assert_line(view, sample_gap(3),
		    "10:15:02.120451  \033[1;31m---- gap: 3 events lost here ----\033[0m\n");
}

static void text_of_a_call_that_goes_on_is_not_red(void **state)
{
	struct view view = sample_view();

	view.color = true;
	assert_line(view, sample_call(EVENT_CONNECT, -EINPROGRESS, 5),
		    FLOW
		    "connect     -> \033[33mEINPROGRESS\033[0m  250us    \033[33mfd 5\033[0m\n");
}

static void text_has_the_date_where_it_is_not_today(void **state)
{
	_cleanup_(buf_release) struct buf out = {0};
	struct event event = sample_state();
	struct view view = sample_view();

	view.today = 1763596800 + 86400; /* 2025-11-21 */
	view_text(&view, &event, &out);
	buf_putc(&out, '\0');
	assert_non_null(strstr(out.data, "2025-11-20 10:15:02.120451  10359   curl "));
	view = sample_view();
	view.today = 1763596800 + 86399; /* 2025-11-20 */
	buf_clear(&out);
	view_text(&view, &event, &out);
	buf_putc(&out, '\0');
	assert_memory_equal(out.data, "10:15:02.120451 ", 16);
}

static void text_fits_into_the_terminal(void **state)
{
	static const unsigned int widths[] = {20, 40, 80, 100, 120, 200};
	_cleanup_(buf_release) struct buf out = {0};
	struct event event = sample_state();
	struct view view = sample_view();

	event.new_state = TCP_STATE_CLOSE;
	event.err = ECONNRESET;
	strcpy(event.flow.comm, "fifteen_letters");
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		view.line_width = widths[i];
		buf_clear(&out);
		view_header(&view, &out);
		view_text(&view, &event, &out);
		buf_putc(&out, '\0');
		for (const char *line = out.data, *end; (end = strchr(line, '\n')); line = end + 1)
			assert_true((unsigned int)(end - line) <= widths[i]);
	}
	view.line_width = 80;
	buf_clear(&out);
	view_text(&view, &event, &out);
	buf_putc(&out, '\0');
	assert_string_equal(out.data, "10:15:02.120451 10359   fifte~ 10~5:41022 93.~.34:443 "
				      "SYN_SENT    -> CLOSE\n");
}

static void chosen_fields_are_all_that_is_written(void **state)
{
	_cleanup_(buf_release) struct buf out = {0};
	struct event event = sample_state();
	struct view view = sample_view();
	struct event_columns columns;

	assert_int_equal(event_columns_parse("state,pid,nothing", &columns), -EINVAL);
	assert_int_equal(event_columns_parse("pid,state,lport", &columns), 0);
	view.columns = &columns;
	view_header(&view, &out);
	view_text(&view, &event, &out);
	view_json(&view, &event, &out);
	event = sample_gap(3);
	view_text(&view, &event, &out);
	view_json(&view, &event, &out);
	buf_putc(&out, '\0');
	assert_string_equal(
		out.data,
		"PID     NEW         LPORT\n"
		"10359   ESTABLISHED 41022\n"
		"{\"pid\":10359,\"new\":\"ESTABLISHED\",\"lport\":41022}\n"
		"---- gap: 3 events lost here ----\n"
		"{\"pid\":null,\"new\":null,\"lport\":null,\"kind\":\"gap\",\"lost\":3}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_the_line_of_the_issue_under_its_header),
		cmocka_unit_test(text_says_what_a_call_gave),
		cmocka_unit_test(text_adds_the_error_of_a_close),
		cmocka_unit_test(text_of_a_gap_cannot_be_missed),
		cmocka_unit_test(text_marks_an_owner_that_is_inherited_or_scanned),
		cmocka_unit_test(text_has_a_dash_for_what_is_unknown),
		cmocka_unit_test(text_lets_a_wide_column_overflow_and_finds_back),
		cmocka_unit_test(text_writes_each_form_of_time),
		cmocka_unit_test(text_cannot_steer_a_terminal),
		cmocka_unit_test(text_colours_states_and_failures_only_when_asked),
		cmocka_unit_test(text_of_a_call_that_goes_on_is_not_red),
		cmocka_unit_test(text_has_the_date_where_it_is_not_today),
		cmocka_unit_test(text_fits_into_the_terminal),
		cmocka_unit_test(chosen_fields_are_all_that_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
