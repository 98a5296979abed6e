/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes, split at blanks, as a command line: of our own commands, of netstat's, of who and --fields. */
#include "base/cleanup.h"
#include "base/number.h"
#include "base/options.h"
#include "fuzz/fuzz.h"
#include "netstat/cli/options.h"
#include "table/who.h"
#include "view/row_field.h"

#define WORDS_MAX 70

struct settings {
	bool flag;
	const char *text;
	uint64_t number, duration_ns;
	uint32_t small;
	uint16_t port;
};

#define FIELD(name) offsetof(struct settings, name)

static const struct option_row rows[] = {
	{"flag", 'f', NULL, "a flag", option_store_true, FIELD(flag), NULL},
	{"text", 't', "TEXT", "a text", option_store_text, FIELD(text), NULL},
	{"number", 'n', "N", "a number", option_store_u64, FIELD(number), "a number"},
	{"small", 0, "N", "a number from 1", option_store_u32, FIELD(small), "a number from 1"},
	{"port", 'p', "PORT", "a port", option_store_port, FIELD(port), "1 to 65535"},
	{"for", 0, "TIME", "a time", option_store_duration, FIELD(duration_ns), "a time"},
};

static const struct option_table table = {
	.command = "fuzz",
	.usage = "netstate fuzz [OPTIONS]",
	.about = "Never run.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

static bool no_selinux(void)
{
	return false;
}

static void own(int argc, char **argv)
{
	struct settings settings = {};
	int first = 0, status = options_parse(&table, argc, argv, &settings, &first);

	FUZZ_CHECK(status == OPTIONS_GO_ON || (status >= 0 && status <= 2));
	FUZZ_CHECK(status != OPTIONS_GO_ON || (first >= 1 && first <= argc));
}

static void of_netstat(int argc, char **argv)
{
	struct netstat_options options = {};
	enum netstat_request request = netstat_options_parse(argc, argv, no_selinux, &options);

	FUZZ_CHECK(request <= NETSTAT_NO_SELINUX);
	FUZZ_CHECK(options.family_count <= NETSTAT_FAMILIES_MAX);
}

static void words(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct row_columns columns;
		char device[WHO_DEVICE_MAX];
		struct endpoint end;
		uint64_t number;
		size_t size;
		bool whole;

		if (!who_parse_end(argv[i], &end, &whole, device))
			FUZZ_CHECK(end.port);
		if (!row_columns_parse(argv[i], &columns))
			FUZZ_CHECK(columns.count <= ROW_COLUMNS_MAX);
		row_columns_unknown(argv[i], &size);
		if (!number_parse(argv[i], 1000, &number))
			FUZZ_CHECK(number <= 1000);
		number_parse_hex(argv[i], &number);
		number_parse_any_base(argv[i], UINT64_MAX, &number);
		if (!number_parse_duration(argv[i], &number))
			FUZZ_CHECK(number <= UINT64_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const parsers[])(int argc, char **argv) = {own, of_netstat, words};
	char *argv[WORDS_MAX + 1] = {"fuzz"}, *text, *save = NULL;
	uint8_t choice = fuzz_choice(&data, &size);
	int argc = 1;

	text = malloc(size + 1);
	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (char *word = strtok_r(text, " \n", &save); word && argc < WORDS_MAX;
	     word = strtok_r(NULL, " \n", &save))
		argv[argc++] = word;
	parsers[choice % ARRAY_SIZE(parsers)](argc, argv);
	free(text);
	return 0;
}
