/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The /proc in tests/golden/netstat/sockets/proc -> exactly what the reference prints of it, on
 * both outputs, for each command line in `cases`. tests/golden/netstat/record wrote what is
 * expected.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "netstat/modes/sockets.h"
#include "names/names.h"
#include "unit/unit.h"

#define FOLDER "tests/golden/netstat/sockets/"
#define WORDS_MAX 8

static void read_file(const char *words, const char *suffix, struct buf *out)
{
	_cleanup_(cleanup_fclose) FILE *file = NULL;
	char path[256];

	snprintf(path, sizeof(path), FOLDER "expected/%s.%s", words, suffix);
	file = fopen(path, "rb");
	if (!file)
		fail_msg("cannot read %s", path);
	out->len = fread(buf_room(out, 1 << 16), 1, 1 << 16, file);
	buf_putc(out, '\0');
}

static bool has_selinux(void)
{
	return false;
}

static struct netstat_options parse(const char *words)
{
	char *argv[WORDS_MAX] = {"netstat"}, text[128];
	struct netstat_options options;
	int argc = 1;

	snprintf(text, sizeof(text), "%s", words);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	assert_int_equal(netstat_options_parse(argc, argv, has_selinux, &options), NETSTAT_RUN);
	return options;
}

static void compare(const char *words)
{
	_cleanup_(buf_release) struct buf out = {0}, err = {0};
	struct netstat_options options = parse(words);
	struct netstat_run run = {
		.options = &options,
		.program = "netstat",
		.proc = FOLDER "proc",
		.net = FOLDER "proc/net",
		.layout = &netstat_text_layout,
	};

	assert_int_equal(names_new(&run.names), 0);
	assert_int_equal(netstat_inet_sockets(&run), 0);
	assert_int_equal(netstat_unix_sockets(&run), 0);
	netstat_forget_owners(&run);
	names_free(run.names);
	read_file(words, "out", &out);
	read_file(words, "err", &err);
	buf_putc(&run.out, '\0');
	buf_putc(&run.err, '\0');
	assert_string_equal(run.out.data, out.data);
	assert_string_equal(run.err.data, err.data);
	buf_release(&run.out);
	buf_release(&run.err);
}

static void every_case_is_what_the_reference_prints(void **state)
{
	_cleanup_(cleanup_fclose) FILE *cases = fopen(FOLDER "cases", "r");
	char words[128];
	int count = 0;

	assert_non_null(cases);
	while (fgets(words, sizeof(words), cases)) {
		words[strcspn(words, "\n")] = '\0';
		compare(words);
		count++;
	}
	assert_true(count > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_is_what_the_reference_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
