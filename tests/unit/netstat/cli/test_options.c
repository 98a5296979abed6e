/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "netstat/cli/options.h"
#include "unit/unit.h"

#define WORDS_MAX 24

static bool selinux;

static bool has_selinux(void)
{
	return selinux;
}

/* Parses words parted by blanks, its messages thrown away. */
static enum netstat_request parse(const char *line, struct netstat_options *options)
{
	int err = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY), argc = 1;
	char *text = strdup(line), *argv[WORDS_MAX] = {"netstat"};
	enum netstat_request request;

	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	dup2(null, STDERR_FILENO);
	request = netstat_options_parse(argc, argv, has_selinux, options);
	dup2(err, STDERR_FILENO);
	close(null);
	close(err);
	free(text);
	return request;
}

static struct netstat_options good(const char *line)
{
	struct netstat_options options;

	assert_int_equal(parse(line, &options), NETSTAT_RUN);
	return options;
}

static void requests_end_where_the_reference_ends(void **state)
{
	static const struct {
		const char *line;
		enum netstat_request request;
	} cases[] = {
		{"", NETSTAT_RUN},
		{"-ant operand 5", NETSTAT_RUN},
		{"-c 5", NETSTAT_RUN},
		{"-d", NETSTAT_RUN},
		{"--tcpip", NETSTAT_RUN},
		{"--int", NETSTAT_RUN},
		{"--al", NETSTAT_RUN},
		{"--program", NETSTAT_RUN},
		{"-- -y", NETSTAT_RUN},
		{"-h", NETSTAT_HELP},
		{"-V", NETSTAT_VERSION},
		{"-nh -y", NETSTAT_HELP},
		{"-y", NETSTAT_USAGE},
		{"-?", NETSTAT_USAGE},
		{"-L", NETSTAT_USAGE},
		{"-5", NETSTAT_USAGE},
		{"--num", NETSTAT_USAGE},
		{"--un", NETSTAT_USAGE},
		{"--ip6", NETSTAT_USAGE},
		{"--tcp=x", NETSTAT_USAGE},
		{"-A", NETSTAT_USAGE},
		{"-ri", NETSTAT_USAGE},
		{"-ii", NETSTAT_USAGE},
		{"-rMs", NETSTAT_USAGE},
		{"-A foo", NETSTAT_FAILED},
		{"-A inet,foo", NETSTAT_FAILED},
		{"-A inet,", NETSTAT_FAILED},
		{"-A ec", NETSTAT_FAILED},
		{"-A foo -h", NETSTAT_FAILED},
		{"-Z", NETSTAT_NO_SELINUX},
		{"--js", NETSTAT_USAGE},
		{"--source", NETSTAT_USAGE},
		{"--source=some", NETSTAT_USAGE},
		{"--interval=0", NETSTAT_USAGE},
		{"--interval x", NETSTAT_USAGE},
		{"-A --json", NETSTAT_FAILED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct netstat_options options;

		if (parse(cases[i].line, &options) != cases[i].request)
			fail_msg("%s", cases[i].line);
	}
}

static void nothing_selects_everything(void **state)
{
	struct netstat_options options = good("-n");

	assert_true(options.everything);
	assert_true(options.numeric_hosts && options.numeric_ports && options.numeric_users);
	assert_true(good("-A ddp").everything);
	assert_true(good("--tcpip").everything);
	assert_false(good("-t").everything);
	assert_false(good("-g").everything);
	assert_false(good("-x").everything);
	assert_false(good("--bluetooth").everything);
}

static void a_family_implies_all_protocols_of_it(void **state)
{
	struct netstat_options options = good("-4");

	assert_int_equal(options.protocols, NETSTAT_INET_ALL);
	assert_true(options.implied);
	assert_true(netstat_has_family(&options, NETSTAT_INET));
	assert_false(netstat_has_family(&options, NETSTAT_INET6));
	options = good("-4t");
	assert_int_equal(options.protocols, NETSTAT_TCP);
	assert_false(options.implied);
	options = good("-x");
	assert_int_equal(options.protocols, 0);
	assert_true(good("-s").implied);
}

static void a_protocol_implies_both_families(void **state)
{
	struct netstat_options options = good("-tu");

	assert_int_equal(options.protocols, NETSTAT_TCP | NETSTAT_UDP);
	assert_true(netstat_has_family(&options, NETSTAT_INET) &&
		    netstat_has_family(&options, NETSTAT_INET6));
	assert_int_equal(options.family_count, 0);
	options = good("-g");
	assert_true(netstat_has_family(&options, NETSTAT_INET6));
	options = good("-g4");
	assert_false(netstat_has_family(&options, NETSTAT_INET6));
	assert_int_equal(options.protocols, NETSTAT_INET_ALL);
}

static void families_keep_their_order_and_repetitions(void **state)
{
	struct netstat_options options = good("-r -6 -A ip,unix --inet -A tcpip");
	static const uint8_t expected[] = {NETSTAT_INET6, NETSTAT_INET, NETSTAT_UNIX, NETSTAT_INET,
					   NETSTAT_INET};

	assert_int_equal(options.mode, NETSTAT_ROUTES);
	assert_int_equal(options.family_count, ARRAY_SIZE(expected));
	assert_memory_equal(options.families, expected, sizeof(expected));
}

static void more_families_than_the_reference_holds_are_left_out(void **state)
{
	char line[1024] = "-r";
	struct netstat_options options;

	for (int i = 0; i < 20; i++)
		strcat(line, " -A inet,inet,inet");
	assert_int_equal(parse("-r", &options), NETSTAT_RUN);
	line[2 + 7 * 18] = '\0';
	assert_int_equal(parse(line, &options), NETSTAT_RUN);
	assert_int_equal(options.family_count, 21);
}

static void flags_are_taken_short_and_long(void **state)
{
	struct netstat_options options = good("-laeeopvWNFC --continuous --extend --numeric-ports");

	assert_true(options.listening && options.all && options.timers && options.programs &&
		    options.verbose);
	assert_true(options.wide && options.symbolic && options.fib && options.cache &&
		    options.continuous);
	assert_int_equal(options.extend, 3);
	assert_true(options.numeric_ports);
	assert_false(options.numeric_hosts || options.numeric_users || options.context);
	selinux = true;
	options = good("-Z");
	assert_true(options.context && options.programs);
	selinux = false;
}

static void own_options_are_taken_anywhere(void **state)
{
	struct netstat_options options =
		good("-t --json --interval 0.5 -n --source=kernel --all-netns x");

	assert_true(options.json && options.all_netns && options.continuous &&
		    options.numeric_hosts);
	assert_true(options.interval_ns == 500000000);
	assert_int_equal(options.source, NETSTAT_SOURCE_KERNEL);
	options = good("-t");
	assert_false(options.json || options.all_netns || options.continuous);
	assert_true(options.interval_ns == 1000000000);
	assert_int_equal(options.source, NETSTAT_SOURCE_AUTO);
	assert_false(good("-- --json").json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_end_where_the_reference_ends),
		cmocka_unit_test(nothing_selects_everything),
		cmocka_unit_test(a_family_implies_all_protocols_of_it),
		cmocka_unit_test(a_protocol_implies_both_families),
		cmocka_unit_test(families_keep_their_order_and_repetitions),
		cmocka_unit_test(more_families_than_the_reference_holds_are_left_out),
		cmocka_unit_test(flags_are_taken_short_and_long),
		cmocka_unit_test(own_options_are_taken_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
