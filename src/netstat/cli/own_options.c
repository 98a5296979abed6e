/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options that netstat does not have, taken out of its command line first. */
#include "netstat/cli/own_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/number.h"

static int apply_json(struct netstat_options *options, const char *value)
{
	(void)value;
	options->json = true;
	return 0;
}

static int apply_all_netns(struct netstat_options *options, const char *value)
{
	(void)value;
	options->all_netns = true;
	return 0;
}

static int apply_interval(struct netstat_options *options, const char *value)
{
	int err = number_parse_duration(value, &options->interval_ns);

	options->continuous = true;
	return err || !options->interval_ns ? -EINVAL : 0;
}

static int apply_source(struct netstat_options *options, const char *value)
{
	static const char *const words[] = {
		[NETSTAT_SOURCE_AUTO] = "auto",
		[NETSTAT_SOURCE_PROC] = "proc",
		[NETSTAT_SOURCE_KERNEL] = "kernel",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(words[i], value)) {
			options->source = (enum netstat_source)i;
			return 0;
		}
	}
	return -EINVAL;
}

static const struct own_option {
	const char *name;
	const char *value; /* what a good one looks like; NULL: takes none */
	int (*handle)(struct netstat_options *options, const char *value);
} own_options[] = {
	{"--json", NULL, apply_json},
	{"--all-netns", NULL, apply_all_netns},
	{"--interval", "a time such as 250ms, 5 or 2m", apply_interval},
	{"--source", "proc, kernel or auto", apply_source},
};

static const struct own_option *find(const char *word, const char **ret_value)
{
	for (size_t i = 0; i < ARRAY_SIZE(own_options); i++) {
		size_t length = strlen(own_options[i].name);

		if (strncmp(word, own_options[i].name, length) != 0)
			continue;
		if (word[length] && (word[length] != '=' || !own_options[i].value))
			continue;
		*ret_value = word[length] ? word + length + 1 : NULL;
		return &own_options[i];
	}
	return NULL;
}

/* Whether the word is an option of netstat that takes the next word as its argument: -A, -nA,
 * --prot ... --protocol. */
static bool wants_next(const char *word)
{
	static const char protocol[] = "--protocol";
	const char *family = strchr(word, 'A');

	if (word[0] != '-' || !word[1])
		return false;
	if (word[1] != '-')
		return family && !family[1];
	return strlen(word) >= strlen("--prot") && !strncmp(protocol, word, strlen(word));
}

static int refuse(const char *program, const struct own_option *own, const char *value)
{
	if (value)
		fprintf(stderr, "%s: option '%s': invalid argument '%s'; expected %s\n", program,
			own->name, value, own->value);
	else
		fprintf(stderr, "%s: option '%s' requires an argument: %s\n", program, own->name,
			own->value);
	return -EINVAL;
}

int netstat_own_options(int *argc, char **argv, struct netstat_options *options)
{
	bool first_operand_ends = getenv("POSIXLY_CORRECT");
	int kept = *argc > 0, at = kept;

	while (at < *argc && strcmp(argv[at], "--") != 0) {
		const char *value = NULL;
		const struct own_option *own = find(argv[at], &value);

		if (!own) {
			bool is_operand = argv[at][0] != '-' || !argv[at][1];

			if (is_operand && first_operand_ends)
				break;
			if (wants_next(argv[at]) && at + 1 < *argc)
				argv[kept++] = argv[at++];
			argv[kept++] = argv[at++];
			continue;
		}
		at++;
		if (own->value && !value)
			value = at < *argc ? argv[at++] : NULL;
		if ((own->value && !value) || own->handle(options, value))
			return refuse(argv[0], own, value);
	}
	while (at < *argc)
		argv[kept++] = argv[at++];
	argv[kept] = NULL;
	*argc = kept;
	return 0;
}
