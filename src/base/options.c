/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Options of the commands as data. */
#include "base/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/say.h"

#define LONG_ONLY 256 /* first value beyond the characters, for rows without a short name */
#define HELP_VALUE (LONG_ONLY + OPTIONS_MAX)

static void print_help(const struct option_table *table)
{
	printf("usage: %s\n\n%s\n\n", table->usage, table->about);
	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];
		char left[64];

		if (!row->help)
			continue;
		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", row->short_name ? '-' : ' ',
			 row->short_name ? row->short_name : ' ', row->short_name ? ", " : "  ",
			 row->name, row->argument ? " " : "", row->argument ? row->argument : "");
		printf("  %-28s %s\n", left, row->help);
	}
	printf("  %-28s %s\n", "    --debug",
	       "print each step and the kernel's messages on stderr");
	printf("  %-28s %s\n", "-h, --help", "show this text");
}

static void fill_getopt(const struct option_table *table, struct option *longs, char *shorts)
{
	*shorts++ = ':';
	*shorts++ = 'h';
	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];

		longs[i] =
			(struct option){row->name, row->argument ? required_argument : no_argument,
					NULL, (int)(LONG_ONLY + i)};
		if (!row->short_name)
			continue;
		*shorts++ = (char)row->short_name;
		if (row->argument)
			*shorts++ = ':';
	}
	longs[table->count] = (struct option){"help", no_argument, NULL, HELP_VALUE};
	longs[table->count + 1] = (struct option){0};
	*shorts = '\0';
}

static const struct option_row *find_row(const struct option_table *table, int value)
{
	if (value >= LONG_ONLY)
		return &table->rows[value - LONG_ONLY];
	for (size_t i = 0; i < table->count; i++) {
		if (table->rows[i].short_name == value)
			return &table->rows[i];
	}
	return NULL;
}

int options_parse(const struct option_table *table, int argc, char **argv, void *settings,
		  int *ret_first)
{
	struct option longs[OPTIONS_MAX + 2];
	char shorts[2 * OPTIONS_MAX + 4];
	int value;

	if (table->count > OPTIONS_MAX)
		return say("too many option rows for %s", table->command);
	fill_getopt(table, longs, shorts);
	opterr = 0;
	optind = 0; /* glibc: start anew */
	while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct option_row *row;
		int err;

		if (value == 'h' || value == HELP_VALUE) {
			print_help(table);
			return say_end_of_stdout();
		}
		if (value == '?' || value == ':')
			return options_refuse(table, value, argv[optind - 1], optopt);
		row = find_row(table, value);
		err = row->store(optarg, (char *)settings + row->offset);
		if (err)
			return say_usage(table->command, "--%s %s: %s; expected %s", row->name,
					 optarg ? optarg : "",
					 err == -ERANGE	  ? "out of range"
					 : err == -EINVAL ? "malformed"
							  : strerror(-err),
					 row->expected ? row->expected : row->argument);
	}
	*ret_first = optind;
	return OPTIONS_GO_ON;
}

int option_store_true(const char *argument, void *field_bool)
{
	(void)argument;
	*(bool *)field_bool = true;
	return 0;
}

int option_store_text(const char *argument, void *field_text)
{
	*(const char **)field_text = argument;
	return 0;
}

int option_store_u64(const char *argument, void *field_u64)
{
	return number_parse(argument, UINT64_MAX, field_u64);
}

int option_store_u32(const char *argument, void *field_u32)
{
	uint64_t value;
	int err = number_parse(argument, UINT32_MAX, &value);

	if (err || !value)
		return err ? err : -ERANGE;
	*(uint32_t *)field_u32 = (uint32_t)value;
	return 0;
}

int option_store_port(const char *argument, void *field_u16)
{
	uint64_t value;
	int err = number_parse(argument, UINT16_MAX, &value);

	if (err || !value)
		return err ? err : -ERANGE;
	*(uint16_t *)field_u16 = (uint16_t)value;
	return 0;
}

int option_store_duration(const char *argument, void *field_ns)
{
	uint64_t ns;
	int err = number_parse_duration(argument, &ns);

	if (err || !ns)
		return err ? err : -ERANGE;
	*(uint64_t *)field_ns = ns;
	return 0;
}
