/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The /proc in tests/golden/netstat/tables/proc -> exactly what the reference prints of it, on both
 * outputs and as status, for each command line in `cases`. tests/golden/netstat/record wrote what
 * is expected.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "netstat/modes/run.h"
#include "names/names.h"
#include "netstat/layout/sockets.h"
#include "unit/unit.h"

#define FOLDER "tests/golden/netstat/tables/"
#define WORDS_MAX 8
#define EXPECTED_MAX (1 << 16)

/* False: there is no such file. */
static bool read_file(const char *words, const char *suffix, struct buf *out)
{
	_cleanup_(cleanup_fclose) FILE *file = NULL;
	char path[256];

	snprintf(path, sizeof(path), FOLDER "expected/%s.%s", words, suffix);
	file = fopen(path, "rb");
	if (file)
		out->len = fread(buf_room(out, EXPECTED_MAX), 1, EXPECTED_MAX, file);
	buf_putc(out, '\0');
	return file;
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

static int other_sockets(struct netstat_run *run)
{
	static int (*const tables[])(struct netstat_run * run) = {
		netstat_groups,		netstat_ipx_sockets,  netstat_ax25_sockets,
		netstat_netrom_sockets, netstat_rose_sockets,
	};
	int status = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tables) && !status; i++)
		status = tables[i](run);
	return status;
}

static int (*const modes[])(struct netstat_run *run) = {
	[NETSTAT_SOCKETS] = other_sockets,
	[NETSTAT_ROUTES] = netstat_routes,
	[NETSTAT_STATISTICS] = netstat_statistics,
	[NETSTAT_MASQUERADE] = netstat_masquerade,
};

static void compare(const char *words)
{
	_cleanup_(buf_release) struct buf out = {0}, err = {0}, status = {0};
	struct netstat_options options = parse(words);
	struct netstat_run run = {
		.options = &options,
		.program = "netstat",
		.proc = FOLDER "proc",
		.net = FOLDER "proc/net",
		.layout = &netstat_text_layout,
	};
	int got;

	assert_int_equal(names_new(&run.names), 0);
	got = modes[options.mode](&run);
	names_free(run.names);
	assert_true(read_file(words, "out", &out) && read_file(words, "err", &err));
	buf_putc(&run.out, '\0');
	buf_putc(&run.err, '\0');
	assert_string_equal(run.out.data, out.data);
	assert_string_equal(run.err.data, err.data);
	assert_int_equal(got, read_file(words, "status", &status) ? atoi(status.data) : 0);
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
	assert_true(count > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_is_what_the_reference_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
