/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* FILTER texts -> which of six subjects match. */
#include <arpa/inet.h>

#include "base/cleanup.h"
#include "filter/match.h"
#include "netstate/tcp_state.h"
#include "unit/filter/samples.h"
#include "unit/unit.h"

static void an_empty_filter_matches_everything(void **state)
{
	static const struct row rows[] = {{"", EVERY}, {" \t\n", EVERY}};

	check(rows, ARRAY_SIZE(rows));
}

static void states_are_those_of_ss_and_of_netstat(void **state)
{
	static const struct row rows[] = {
		{"state established", 1},
		{"state ESTABLISHED", 1},
		{"state = established", 1},
		{"state eq established", 1},
		{"state != established", EVERY - 1},
		{"state ne {established,close-wait}", EVERY - 5},
		{"not state neq established", 1},
		{"state connected state != established", 4 | 8 | 16},
		{"exclude = established", EVERY - 1},
		{"state estab", 1},
		{"state listening", 2},
		{"state close-wait", 4},
		{"state CLOSE_WAIT", 4},
		{"state time-wait", 8},
		{"state syn-recv", 16},
		{"state all", EVERY},
		{"state connected", 1 | 4 | 8 | 16},
		{"state synchronized", 1 | 4 | 8 | 16},
		{"state bucket", 8 | 16},
		{"state big", 1 | 2 | 4},
		{"exclude established", EVERY - 1},
		{"excl established", EVERY - 1},
		{"exclude bucket", EVERY - 8 - 16},
		{"not state established", EVERY - 1},
		{"state connected exclude bucket", 1 | 4},
		{"state established state listen", 1 | 2},
		{"exclude established exclude listen", EVERY - 3},
		{"state {established,close-wait}", 5},
		{"state {established, close-wait}", 5},
		{"state { established close-wait }", 5},
		{"state established,close-wait", 5},
		{"state established close-wait", 5}, /* what a shell makes of braces */
		{"exclude {established close-wait}", EVERY - 5},
		{"state established and state close-wait", 0},
		{"state established or state close-wait", 5},
		{"(state established) (state close-wait)", 0},
	};

	check(rows, ARRAY_SIZE(rows));
}

static void hosts_are_addresses_prefixes_and_ports(void **state)
{
	static const struct row rows[] = {
		{"src 10.0.0.5", 1 | 16 | 32},
		{"src = 10.0.0.5", 1 | 16 | 32},
		{"laddr 10.0.0.5", 1 | 16 | 32},
		{"src == 10.0.0.5", 1 | 16 | 32},
		{"src != 10.0.0.5", EVERY - 49},
		{"dst 10.0.0.0/8", 4 | 16}, /* a v4-mapped flow too */
		{"dst 10/8", 4 | 16},
		{"dst 10.1/16", 4},
		{"dst 10.0.0.4/30", 16},
		{"dst 10.0.0.8/30", 0},
		{"dst 0.0.0.0/0", 1 | 4 | 16 | 32},
		{"dst ::ffff:10.1.2.3", 4},
		{"dst 2001:db8::/32", 8},
		{"dst 2001:db8:1::9", 8},
		{"dst [2001:db8:1::9]", 8},
		{"dst [2001:db8:1::9]:80", 8},
		{"dst [2001:db8:1::9]:http", 8},
		{"dst [2001:db8:1::9]:81", 0},
		{"raddr [2001:db8::]/32:80", 8},
		{"dst [2001:db8::/32]:80", 8},
		{"dst [2001:db8::/32]", 8},
		{"src ::", 2},
		{"src ::/0", 2 | 4 | 8}, /* as in ss: IPv6 sockets */
		{"src ::ffff:0.0.0.0/96", 4},
		{"dst 10.1.2.3:50000", 4},
		{"dst 10.1.2.3:50001", 0},
		{"dst 10.1/16:50000", 4},
		{"dst != 10.1.2.3:50000", EVERY - 4},
		{"not dst 10.1.2.3:50000", EVERY - 4},
		{"dst :443", 1},
		{"dst = :https", 1},
		{"dst *:443", 1},
		{"dst 93.184.216.34:*", 1},
		{"dst *", EVERY},
		{"src :ssh", 2},
	};

	check(rows, ARRAY_SIZE(rows));
}

static void ports_compare_as_in_ss(void **state)
{
	static const struct row rows[] = {
		{"sport = :22", 2},
		{"sport = 22", 2},
		{"sport=22", 2},
		{"sport :22", 2},
		{"sport 22", 2},
		{"sport eq ssh", 2},
		{"sport = :ssh", 2},
		{"lport 22", 2},
		{"dport = :80", 8},
		{"rport :http", 8},
		{"dport != :80", EVERY - 8},
		{"dport ne :80", EVERY - 8},
		{"dport neq :80", EVERY - 8},
		{"sport lt 80", 2 | 32},
		{"sport < :80", 2 | 32},
		{"sport le 80", 2 | 4 | 32},
		{"sport<=80", 2 | 4 | 32},
		{"sport > :443", 1 | 8},
		{"sport gt :443", 1 | 8},
		{"sport >= :443", 1 | 8 | 16},
		{"sport geq :443", 1 | 8 | 16},
		{"port 80", 4 | 8},
		{"port = :https", 1 | 16},
		{"port != 443", EVERY - 17},
		{"port > 50000", 8},
	};

	check(rows, ARRAY_SIZE(rows));
}

static void words_of_our_own_take_a_value_with_or_without_a_sign(void **state)
{
	static const struct row rows[] = {
		{"pid 10359", 1},
		{"pid = 10359", 1},
		{"pid==10359", 1},
		{"pid != 10359", EVERY - 1}, /* an unknown one is not it */
		{"pid < 701", 2 | 32},	     /* nor is it less */
		{"pid 0", 0},
		{"comm curl", 1},
		{"comm = curl", 1},
		{"comm != curl", EVERY - 1},
		{"comm cur", 0},
		{"comm cur*", 1},
		{"comm *r*", 1 | 16 | 32},
		{"comm ngin?", 4},
		{"comm \"my prog\"", 32},
		{"comm 'my prog'", 32},
		{"comm systemd-resolved", 16}, /* the kernel keeps 15 bytes */
		{"comm systemd-resolvex", 16},
		{"comm systemd-resolv", 0},
		{"comm ''", 0}, /* without an owner there is no name */
		{"uid 33", 4 | 16},
		{"uid = www-data", 4 | 16},
		{"uid != 0", EVERY - 2 - 8},
		{"uid >= 1000", 1 | 32},
		{"netns 4026532000", 4},
		{"netns blue", 4},
		{"netns 42", 4}, /* a name, though of digits */
		{"netns = /run/netns/blue", 4},
		{"netns != blue", EVERY - 4},
		{"cgroup /system.slice", 2 | 4 | 16},
		{"cgroup system.slice/", 2 | 4 | 16},
		{"cgroup = /sys/fs/cgroup/system.slice/", 2 | 4 | 16},
		{"cgroup /sys/fs/cgroup/unified/system.slice", 2 | 4 | 16}, /* beside v1 */
		{"cgroup /system.slice/nginx.service", 4 | 16},
		{"cgroup /system.slice/nginx", 0},
		{"cgroup != /system.slice", EVERY - 22},
		{"cgroup /", EVERY - 8},
		{"age > 60s", 1 | 2},
		{"age >= 60s", 1 | 2 | 4},
		{"age ge 1m", 1 | 2 | 4},
		{"age < 500ms", 16},
		{"age > 60", 1 | 2},
		/* the listener's is only known to be 9999 s or more */
		{"age < 10000h", 1 | 4 | 16},
		{"age <= 10000h", 1 | 4 | 16},
		{"age = 9999s", 0},
		{"age = 61s", 1},
		{"age != 61s", 4 | 16},
		{"age > 9998s", 2},
		{"not age < 10000h", 0},
		{"not age < 9000s", 2},
		{"not age <= 9999s", 0},
		{"not age = 61s", 4 | 16},
		{"not age > 60s", 4 | 16},
	};

	check(rows, ARRAY_SIZE(rows));
}

static void operators_bind_as_people_expect(void **state)
{
	static const struct row rows[] = {
		{"pid 700 or pid 800 and uid 33", 2 | 4},
		{"(pid 700 or pid 800) and uid 33", 4},
		{"pid 700 or pid 800 uid 33", 2 | 4},
		{"pid 700 || pid 800 && uid 0", 2},
		{"pid 700 | pid 800 & uid 0", 2},
		{"uid 33 pid 800", 4},
		{"uid 33 AND pid 800", 4},
		{"uid 33 and not pid 800", 16},
		{"uid 33 ! pid 800", 16},
		{"!pid 800", EVERY - 4},
		{"not not pid 800", 4},
		{"not not not pid 800", EVERY - 4},
		{"not (uid 33 or uid 0)", 1 | 32},
		{"!(uid 33)&&!(uid 0)", 1 | 32},
		{"((((pid 800))))", 4},
		{"not uid 33 or pid 800", EVERY - 16},
		{"uid 33 ( pid 800 or pid 801 ) state close-wait", 4},
		/* ss: states in front hold for all that follows, unless a word joins them to it */
		{"state established sport = :22 or dport = :443", 1},
		{"state established sport = :22 or dport = :80", 0},
		{"state established and sport = :22 or dport = :80", 8},
		{"state established or dport = :80", 1 | 8},
		{"state close-wait and age > 59s", 4},
		{"sport = :22 or dport = :80 state established", 2},
		{"( sport = :http or sport = :https ) dst 10.1.2/24", 4},
	};

	check(rows, ARRAY_SIZE(rows));
}

static void a_flow_of_unknown_family_has_no_addresses_and_ports(void **state)
{
	static const char *const texts[] = {"src ::", "src ::/0", "sport 0", "port 0", "dport < 9"};
	struct flow flow = {0};
	struct filter_subject subject = {.flow = &flow, .age_ns = UINT64_MAX};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct filter_error error;
		struct filter *filter;

		assert_int_equal(filter_parse(texts[i], NULL, &filter, &error), 0);
		assert_false(filter_match(filter, &subject));
		filter_free(filter);
	}
}

static void only_a_cgroup_condition_wants_the_path(void **state)
{
	static const struct {
		const char *text;
		bool wants;
	} rows[] = {{"", false}, {"pid 1", false}, {"pid 1 or not (uid 0 and cgroup /x)", true}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct filter_error error;
		struct filter *filter;

		assert_int_equal(filter_parse(rows[i].text, NULL, &filter, &error), 0);
		assert_int_equal(filter_wants_cgroup(filter), rows[i].wants);
		filter_free(filter);
	}
}

static void globs_match_without_taking_forever(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} rows[] = {
		{"*", "", true},
		{"", "", true},
		{"", "a", false},
		{"?", "", false},
		{"a*b*c", "aXbYc", true},
		{"a*b*c", "aXbY", false},
		{"**a", "ba", true},
		{"*ab", "aab", true},
		{"*?b", "ab", true},
		{"a*a*a*a*a*a*a*a*b",
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(match_glob(rows[i].pattern, rows[i].text), rows[i].matches);
}

/* Of the first subject alone idle is an hour, and keepalive is off; of the others nothing is known. */
static void numbers_compare_and_what_is_not_known_proves_nothing(void **state)
{
	static const struct {
		const char *text;
		bool known, unknown;
	} rows[] = {
		{"idle > 59m and keepalive off", true, false},
		{"idle >= 1h", true, false},
		{"idle = 3600", true, false},
		{"idle != 1h", false, false},
		{"idle != 2h", true, false},
		{"not idle > 2h", true, false},
		{"not idle < 2h", false, false},
		{"keepalive on", false, false},
		{"keepalive != on", true, false},
		{"not keepalive on", true, false},
		{"unacked < 10", true, false},
		{"unacked ge 6", false, false},
		{"rtt > 1ms", false, false}, /* not known of the first either */
		{"not rtt > 1ms", false, false},
		{"rtt > 1ms or pid 1", true, true},
		{"not (rtt > 1ms and pid 2)", true, true},
		{"not (rtt > 1ms or pid 1)", false, false},
	};
	uint64_t values[FILTER_VALUES];
	struct flow flow = {.pid = 1, .owner = FLOW_OWNER_CONNECT};
	struct filter_subject subject = {.flow = &flow, .age_ns = UINT64_MAX};

	memset(values, 0xff, sizeof(values));
	values[FILTER_IDLE] = S(3600);
	values[FILTER_KEEPALIVE] = 0;
	values[FILTER_UNACKED] = 5;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct filter_error error;
		struct filter *filter;

		assert_int_equal(filter_parse(rows[i].text, &test_lookups, &filter, &error), 0);
		subject.values = values;
		if (filter_match(filter, &subject) != rows[i].known)
			fail_msg("\"%s\" of what is known", rows[i].text);
		subject.values = NULL;
		if (filter_match(filter, &subject) != rows[i].unknown)
			fail_msg("\"%s\" of what is not known", rows[i].text);
		filter_free(filter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_compare_and_what_is_not_known_proves_nothing),
		cmocka_unit_test(an_empty_filter_matches_everything),
		cmocka_unit_test(states_are_those_of_ss_and_of_netstat),
		cmocka_unit_test(hosts_are_addresses_prefixes_and_ports),
		cmocka_unit_test(ports_compare_as_in_ss),
		cmocka_unit_test(words_of_our_own_take_a_value_with_or_without_a_sign),
		cmocka_unit_test(operators_bind_as_people_expect),
		cmocka_unit_test(a_flow_of_unknown_family_has_no_addresses_and_ports),
		cmocka_unit_test(only_a_cgroup_condition_wants_the_path),
		cmocka_unit_test(globs_match_without_taking_forever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
