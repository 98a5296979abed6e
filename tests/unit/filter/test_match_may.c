/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* FILTER texts -> which of them what is known so far excludes; several owners of one socket. */
#include <arpa/inet.h>

#include "base/cleanup.h"
#include "filter/match.h"
#include "netstate/tcp_state.h"
#include "unit/filter/lookups.h"
#include "unit/unit.h"

/* A connect that has no port of its own yet, its owner known or not; what stays open can match. */
static void what_is_not_known_yet_excludes_nothing(void **state)
{
	static const struct {
		const char *text;
		bool with_owner, without;
	} rows[] = {
		{"", true, true},
		{"dport = :80", true, true},
		{"dport = :81", false, false},
		{"dport != :80", false, false},
		{"sport = :40000", true, true},
		{"sport != :40000", true, true},
		{"sport = :40000 and dport = :81", false, false},
		{"not (sport = :40000 or dport = :80)", false, false},
		{"not (sport = :40000 and dport = :81)", true, true},
		{"dst 192.0.2.1", true, true},
		{"dst 192.0.2.2", false, false},
		{"src 192.0.2.2", true, true},
		{"not src 192.0.2.2", true, true},
		{"comm cli", true, true},
		{"comm srv", false, true},
		{"not comm cli", false, true},
		{"pid = 1", false, true},
		{"uid = 0", false, true},
		{"comm srv or sport = :1", true, true},
		{"netns = 5", true, true},
		{"netns = 6", false, false},
		{"cgroup /x", true, true},
		{"state syn-sent", true, true},
		{"state established", false, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows) * 2; i++) {
		bool owner = i % 2, wanted = owner ? rows[i / 2].with_owner : rows[i / 2].without;
		struct flow flow = {.family = AF_INET, .netns = 5, .remote.port = 80};
		struct filter_subject subject = {
			.flow = &flow, .state = TCP_STATE_SYN_SENT, .age_ns = UINT64_MAX};
		struct filter_error error;
		struct filter *filter;

		inet_pton(AF_INET6, "::ffff:192.0.2.1", flow.remote.addr);
		inet_pton(AF_INET6, "::ffff:0.0.0.0", flow.local.addr);
		if (owner) {
			flow.owner = FLOW_OWNER_CONNECT;
			flow.pid = 77;
			flow.uid = 1000;
			strcpy(flow.comm, "cli");
		}
		if (filter_parse(rows[i / 2].text, &test_lookups, &filter, &error))
			fail_msg("\"%s\": %s", rows[i / 2].text, error.text);
		if (filter_may_match(filter, &subject) != wanted)
			fail_msg("\"%s\" %s owner", rows[i / 2].text, owner ? "with" : "without");
		filter_free(filter);
	}
}

static void each_process_that_holds_the_socket_is_an_owner(void **state)
{
	static const struct {
		const char *text;
		bool matches;
	} rows[] = {
		{"pid 7", true},
		{"pid 8", true},
		{"pid 9", false},
		{"not pid 8", false},
		{"pid != 9", true},
		{"pid > 7", true},
		{"comm master", true},
		{"comm wor*", true},
		{"comm master and comm worker", true},
		{"not comm worker", false},
		{"uid 33", true},
		{"uid 34", false},
	};
	const struct connection_owner owners[] = {{.pid = 7, .comm = "master"},
						  {.pid = 8, .uid = 33, .comm = "worker"}};
	struct flow flow = {.pid = 7, .owner = FLOW_OWNER_SCAN, .comm = "master"};
	struct filter_subject subject = {
		.flow = &flow, .owners = owners, .owner_count = ARRAY_SIZE(owners)};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct filter_error error;
		struct filter *filter;

		assert_int_equal(filter_parse(rows[i].text, NULL, &filter, &error), 0);
		assert_int_equal(filter_match(filter, &subject), rows[i].matches);
		filter_free(filter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_process_that_holds_the_socket_is_an_owner),
		cmocka_unit_test(what_is_not_known_yet_excludes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
