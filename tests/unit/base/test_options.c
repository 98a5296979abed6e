/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Command lines -> settings, or one sentence on stderr. */
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/options.h"
#include "base/say.h"
#include "unit/unit.h"

struct settings {
	bool flag;
	const char *text;
	uint64_t big, ns;
	uint32_t pid;
	uint16_t port;
};

#define ROW(name, letter, argument, store, field)                                                  \
	{                                                                                          \
		name, letter, argument, "help of " name, store, offsetof(struct settings, field),  \
			"some " name                                                               \
	}

static const struct option_row rows[] = {
	ROW("flag", 'f', NULL, option_store_true, flag),
	ROW("text", 't', "TEXT", option_store_text, text),
	ROW("big", 0, "N", option_store_u64, big),
	ROW("duration", 'd', "TIME", option_store_duration, ns),
	ROW("pid", 'p', "PID", option_store_u32, pid),
	ROW("port", 0, "PORT", option_store_port, port),
	ROW("-4", '4', NULL, option_store_true, flag),
};

static const struct option_table table = {"try", "netstate try [OPTIONS]", "Tries.", rows,
					  ARRAY_SIZE(rows)};

/* What parsing these words (without the program's name) printed on this descriptor. */
static int parse(const char *const *words, int to, char *ret_printed, size_t size,
		 struct settings *settings, int *ret_first)
{
	int memory = memfd_create("printed", 0), saved = dup(to), argc = 1, status;
	char *argv[16] = {(char *)"try"};

	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	memset(settings, 0, sizeof(*settings));
	fflush(NULL);
	dup2(memory, to);
	status = options_parse(&table, argc, argv, settings, ret_first);
	fflush(NULL);
	dup2(saved, to);
	ret_printed[pread(memory, ret_printed, size - 1, 0)] = '\0';
	close(memory);
	close(saved);
	return status;
}

static void good_words_are_stored(void **state)
{
	const char *const words[] = {"-f",     "--text=x y", "--big", "18446744073709551615",
				     "-d1.5s", "--pid",	     "7",     "--port=65535",
				     "state",  "listen",     NULL};
	struct settings settings;
	char printed[512];
	int first;

	assert_int_equal(parse(words, STDERR_FILENO, printed, sizeof(printed), &settings, &first),
			 OPTIONS_GO_ON);
	assert_string_equal(printed, "");
	assert_true(settings.flag);
	assert_string_equal(settings.text, "x y");
	assert_true(settings.big == UINT64_MAX);
	assert_int_equal(settings.ns, 1500000000);
	assert_int_equal(settings.pid, 7);
	assert_int_equal(settings.port, 65535);
	assert_int_equal(first, 9);
}

static void options_may_stand_behind_the_filter(void **state)
{
	const char *const words[] = {"state", "listen", "-4", "--", "-x", NULL};
	struct settings settings;
	char printed[512];
	int first;

	assert_int_equal(parse(words, STDERR_FILENO, printed, sizeof(printed), &settings, &first),
			 OPTIONS_GO_ON);
	assert_true(settings.flag);
	assert_int_equal(first, 3);
}

static void bad_words_give_one_sentence_and_status_2(void **state)
{
	static const struct {
		const char *words[3];
		const char *says;
	} bad[] = {
		{{"--nope"}, "unknown option --nope;"},
		{{"--durations"}, "unknown option --durations; did you mean --duration? See:"},
		{{"--pidd=7"}, "unknown option --pidd; did you mean --pid?"},
		{{"--flag=1"}, "option --flag takes no argument; got \"1\""},
		{{"--help=1"}, "option --help takes no argument"},
		{{"--p=1"}, "option --p is ambiguous: --pid, --port;"},
		{{"-x"}, "-x"},
		{{"-d"}, "-d needs an argument"},
		{{"--text"}, "--text needs an argument"},
		{{"--pid", "x"}, "--pid x: malformed; expected some pid"},
		{{"--pid", "0"}, "--pid 0: out of range"},
		{{"--pid", "4294967296"}, "--pid 4294967296: out of range"},
		{{"--port", "65536"}, "--port 65536: out of range"},
		{{"--port", "0"}, "--port 0: out of range"},
		{{"--port", " 1"}, "--port  1: malformed"},
		{{"--big", "-1"}, "--big -1: malformed"},
		{{"--big", "18446744073709551616"}, "out of range"},
		{{"-d", "5parsecs"}, "--duration 5parsecs: malformed"},
		{{"-d", "0"}, "--duration 0: out of range"},
		{{"-d", "\x1b[2J"}, "?[2J"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct settings settings;
		char printed[512];
		int first = -5;

		assert_int_equal(parse(bad[i].words, STDERR_FILENO, printed, sizeof(printed),
				       &settings, &first),
				 STATUS_USAGE);
		assert_int_equal(first, -5);
		if (!strstr(printed, bad[i].says) ||
		    strchr(printed, '\n') != strrchr(printed, '\n'))
			fail_msg("%s: %s", bad[i].words[0], printed);
		assert_int_equal(strncmp(printed, "netstate: ", 10), 0);
		assert_non_null(strcasestr(printed, "see: netstate try --help\n"));
	}
}

static void help_names_every_option_on_stdout(void **state)
{
	static const char *const words[][2] = {{"--help"}, {"-h"}};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct settings settings;
		char printed[4096];
		int first;

		assert_int_equal(
			parse(words[i], STDOUT_FILENO, printed, sizeof(printed), &settings, &first),
			STATUS_OK);
		assert_non_null(strstr(printed, "usage: netstate try [OPTIONS]"));
		for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
			assert_non_null(strstr(printed, rows[row].name));
			assert_non_null(strstr(printed, rows[row].help));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_words_are_stored),
		cmocka_unit_test(options_may_stand_behind_the_filter),
		cmocka_unit_test(bad_words_give_one_sentence_and_status_2),
		cmocka_unit_test(help_names_every_option_on_stdout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
