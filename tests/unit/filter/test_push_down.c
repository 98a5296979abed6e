/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel is told, and that it never drops what the filter would have matched. */
#include <stdio.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "netstate/tcp_state.h"
#include "unit/filter/kernel_passes.h"
#include "unit/filter/lookups.h"
#include "unit/unit.h"

#define BIT(state) (1u << TCP_STATE_##state)
#define EVERY ((1u << TCP_STATE_MAX) - 1) /* and bit 0: connect and accept events */
#define CONNECTED                                                                                  \
	(BIT(ESTABLISHED) | BIT(SYN_SENT) | BIT(SYN_RECV) | BIT(NEW_SYN_RECV) | BIT(FIN_WAIT1) |   \
	 BIT(FIN_WAIT2) | BIT(TIME_WAIT) | BIT(CLOSE_WAIT) | BIT(LAST_ACK) | BIT(CLOSING))

static void only_what_must_hold_is_pushed(void **state)
{
	static const struct {
		const char *text;
		struct kernel_filter pushed;
	} rows[] = {
		{"", {0}},
		{"pid 5", {.pid = 5}},
		{"pid 5 and netns 7 sport = :22 dport 80",
		 {.pid = 5, .netns = 7, .lport = 22, .rport = 80}},
		{"(pid 5 (netns 7 and (sport 22)))", {.pid = 5, .netns = 7, .lport = 22}},
		{"port 443", {.port = 443}},
		{"port 443 port 80", {.port = 443}},
		{"dst 10.0.0.1:443", {.rport = 443}},
		{"src :22", {.lport = 22}},
		{"src 2001:db8::/32", {.family = AF_INET6}},
		{"dst [2001:db8::1]:80", {.family = AF_INET6, .rport = 80}},
		{"state established", {.states = BIT(ESTABLISHED)}},
		{"state {established,listen}", {.states = BIT(ESTABLISHED) | BIT(LISTEN)}},
		{"state established state listen pid 3",
		 {.states = BIT(ESTABLISHED) | BIT(LISTEN), .pid = 3}},
		{"state syn-recv", {.states = BIT(SYN_RECV) | BIT(NEW_SYN_RECV)}},
		{"state time-wait", {.states = BIT(TIME_WAIT)}},
		{"exclude listen", {.states = EVERY & ~BIT(LISTEN)}},
		{"state connected", {.states = CONNECTED}},
		{"state connected and state {listen,last-ack}", {.states = BIT(LAST_ACK)}},
		{"not not pid 5", {.pid = 5}},
		/* what the kernel can't say, or what need not hold */
		{"pid 5 or pid 6", {0}},
		{"(pid 5 or netns 7) lport 1", {.lport = 1}},
		{"not pid 5", {0}},
		{"not (pid 5 netns 7)", {0}},
		{"pid != 5", {0}},
		{"pid > 5", {0}},
		{"pid < 5", {0}},
		{"netns >= 7", {0}},
		{"dport != 80", {0}},
		{"dport > 80", {0}},
		{"dport 0", {0}},
		{"dst != 10.0.0.1:443", {0}},
		{"dst 10.0.0.1", {0}}, /* v4-mapped sockets are IPv6 */
		{"dst ::ffff:10.0.0.1", {.family = AF_INET6}},
		{"dst ::/0", {.family = AF_INET6}},
		{"dst ::/80", {.family = AF_INET6}},
		{"state all", {0}},
		{"not state listen", {0}},
		{"cgroup /x", {0}}, /* it and those below it */
		{"comm x uid 0 age > 1s", {0}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel_filter got = {0};
		struct filter_error error;
		struct filter *filter;

		assert_int_equal(filter_parse(rows[i].text, &test_lookups, &filter, &error), 0);
		if (!filter_push_down(filter, &got))
			fail_msg("\"%s\" is taken for a contradiction", rows[i].text);
		filter_free(filter);
		if (memcmp(&got, &rows[i].pushed, sizeof(got)))
			fail_msg(
				"\"%s\": pid %u netns %u states %x family %u lport %u rport %u port %u",
				rows[i].text, got.pid, got.netns, got.states, got.family, got.lport,
				got.rport, got.port);
	}
}

static void contradictions_are_found(void **state)
{
	static const struct {
		struct kernel_filter before;
		const char *text;
	} rows[] = {
		{{0}, "pid 5 pid 6"},
		{{0}, "pid 0"},
		{{0}, "netns 0"},
		{{.pid = 7}, "pid 5"},
		{{.netns = 7}, "netns blue and pid 5"},
		{{0}, "sport 1 sport 2"},
		{{.rport = 443}, "dst 10.0.0.1:80"},
		{{.family = AF_INET}, "dst 2001:db8::1"},
		{{0}, "state established and state listen"},
		{{.states = BIT(LISTEN)}, "state established"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel_filter kernel = rows[i].before;
		struct filter_error error;
		struct filter *filter;

		assert_int_equal(filter_parse(rows[i].text, &test_lookups, &filter, &error), 0);
		if (filter_push_down(filter, &kernel))
			fail_msg("\"%s\" is no contradiction", rows[i].text);
		filter_free(filter);
	}
}

static void what_the_options_asked_for_is_kept(void **state)
{
	struct kernel_filter kernel = {
		.cgroup_id = 1, .pid = 5, .lport = 22, .port = 80, .family = AF_INET};
	struct kernel_filter expected = {
		.cgroup_id = 1, .pid = 5, .lport = 22, .rport = 9, .port = 80, .family = AF_INET};
	struct filter_error error;
	struct filter *filter;

	assert_int_equal(filter_parse("pid 5 dport 9 port 443", &test_lookups, &filter, &error), 0);
	assert_true(filter_push_down(filter, &kernel));
	filter_free(filter);
	assert_memory_equal(&kernel, &expected, sizeof(kernel));
}

/* ------------------------------------------------------------------ any expression, any flow */

static uint64_t random_state = 88172645463325252;

static unsigned int pick(unsigned int below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned int)(random_state >> 33) % below;
}

/* Few values of each kind, so that conditions often hold and often contradict each other. */
static char *write_condition(char *to)
{
	static const char *const conditions[] = {
		"pid 5",
		"pid = 6",
		"pid != 5",
		"pid > 5",
		"netns 7",
		"netns != 7",
		"netns blue",
		"sport 22",
		"sport = :80",
		"sport lt 80",
		"dport 22",
		"dport :80",
		"dport != 80",
		"port 22",
		"port 80",
		"port != 80",
		"src 10.0.0.1:22",
		"dst 10/8",
		"src 2001:db8::1",
		"dst 2001:db8::/32",
		"dst [2001:db8::1]:80",
		"src ::/0",
		"dst :80",
		"state established",
		"state listen",
		"state time-wait",
		"state close",
		"state syn-recv",
		"exclude close",
		"state connected",
		"state {close,established}",
		"state all",
		"uid 0",
		"comm x",
		"cgroup /x",
		"age > 1s",
	};

	return stpcpy(to, conditions[pick(ARRAY_SIZE(conditions))]);
}

static char *write_expression(char *to, unsigned int depth)
{
	static const char *const joints[] = {" ", " and ", " and ", " or "};
	unsigned int terms = 1 + pick(3);

	for (unsigned int i = 0; i < terms; i++) {
		if (i)
			to = stpcpy(to, joints[pick(ARRAY_SIZE(joints))]);
		if (!pick(5))
			to = stpcpy(to, "not ");
		if (depth && !pick(3)) {
			to = stpcpy(to, "(");
			to = write_expression(to, depth - 1);
			to = stpcpy(to, ")");
		} else {
			to = write_condition(to);
		}
	}
	return to;
}

static void random_flow(struct flow *flow)
{
	static const uint16_t ports[] = {0, 22, 80, 443};
	static const uint8_t v4[16] = {[10] = 0xff, 0xff, 10, 0, 0, 1};
	static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};

	memset(flow, 0, sizeof(*flow));
	flow->owner = pick(3) ? FLOW_OWNER_CONNECT : FLOW_OWNER_NONE;
	flow->pid = flow->owner ? 5 + pick(2) : 0;
	flow->netns = pick(3) ? 7 : 0;
	flow->family = pick(8) ? (pick(2) ? AF_INET6 : AF_INET) : 0;
	if (!flow->family)
		return;
	flow->local.port = ports[pick(4)];
	flow->remote.port = ports[pick(4)];
	memcpy(flow->local.addr, flow->family == AF_INET || pick(2) ? v4 : v6, 16);
	memcpy(flow->remote.addr, flow->local.addr, 16);
}

static unsigned int drops; /* so that the test knows that the kernel had something to do */

static void check_expression(const char *text, const struct filter *filter)
{
	struct kernel_filter kernel = {0};
	bool possible = filter_push_down(filter, &kernel);

	for (int i = 0; i < 40; i++) {
		struct flow flow;
		struct filter_subject subject = {
			.flow = &flow, .state = pick(TCP_STATE_MAX), .age_ns = UINT64_MAX};
		bool passes;

		random_flow(&flow);
		passes = possible && kernel_passes(&kernel, &flow, subject.state);
		drops += !passes;
		if (filter_match(filter, &subject) && !passes)
			fail_msg("\"%s\" matches a flow that the kernel drops", text);
	}
}

static void the_kernel_never_drops_what_matches(void **state)
{
	for (int i = 0; i < 30000; i++) {
		char text[2048] = "";
		struct filter_error error;
		struct filter *filter;

		write_expression(text, 3);
		if (filter_parse(text, &test_lookups, &filter, &error))
			fail_msg("\"%s\": at %zu: %s", text, error.offset, error.text);
		check_expression(text, filter);
		filter_free(filter);
	}
	assert_true(drops > 30000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_must_hold_is_pushed),
		cmocka_unit_test(contradictions_are_found),
		cmocka_unit_test(what_the_options_asked_for_is_kept),
		cmocka_unit_test(the_kernel_never_drops_what_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
