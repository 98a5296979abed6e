/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate's first word -> the command that runs. */
#include "commands/first_word.h"

#include <stdio.h>
#include <string.h>
#include <version.h>

#include "base/cleanup.h"
#include "base/say.h"
#include "base/suggest.h"
#include "commands/commands.h"

#define COMMANDS_MAX 32

struct words {
	const struct command *commands;
	size_t count;
	char *program; /* argv[0] */
};

static int help(const struct words *words, int argc, char **argv);
static int version(const struct words *words, int argc, char **argv);

/* What is no command of its own but may stand in the place of one. */
static const struct {
	const char *name, *option, *short_option;
	int (*run)(const struct words *words, int argc, char **argv);
	const char *help;
} asides[] = {
	{"help", "--help", "-h", help,
	 "show this text, or a command's options (netstate help trace)"},
	{"version", "--version", "-V", version, "print the version"},
};

static const char netstat_help[] =
	"\nWithout a command netstate takes netstat's options and prints what netstat prints\n"
	"(net-tools 2.10), byte for byte; `netstate help netstat` lists them all:\n"
	"  -t -u -w -x       TCP, UDP, raw, UNIX domain sockets\n"
	"  -a -l             all sockets, listening sockets (default: connected sockets)\n"
	"  -n -p -e -o -W    numbers, PID/program, user and inode, timers, wide addresses\n"
	"  -r -i -g -s -M    routes, interfaces, multicast groups, statistics, masquerading\n"
	"  -c                repeat every second\n"
	"netstate adds (no abbreviations):\n"
	"  --json            one JSON object a line; keys in docs/json-netstat.md\n"
	"  --all-netns       sockets of all network namespaces\n"
	"  --interval TIME   repeat every TIME (250ms, 5, 2m)\n"
	"  --source SOURCE   read TCP sockets from proc or kernel (BPF iterators); default: auto\n"
	"\n--debug, or NETSTATE_DEBUG=1 in the environment, prints each step and the kernel's\n"
	"messages on stderr. Exit status of the commands: 0 success, 1 failure, 2 wrong usage.\n";

static const struct command *find(const struct words *words, const char *name)
{
	for (size_t i = 0; i < words->count; i++) {
		if (!strcmp(words->commands[i].name, name))
			return &words->commands[i];
	}
	return NULL;
}

static int refuse(const struct words *words, const char *name)
{
	const char *names[COMMANDS_MAX + ARRAY_SIZE(asides)], *nearest;
	size_t count = 0;

	for (size_t i = 0; i < words->count && i < COMMANDS_MAX; i++)
		names[count++] = words->commands[i].name;
	for (size_t i = 0; i < ARRAY_SIZE(asides); i++)
		names[count++] = asides[i].name;
	nearest = suggest_nearest(name, names, count);
	if (nearest)
		return say_usage("", "no command \"%s\"; did you mean %s?", name, nearest);
	return say_usage("", "no command \"%s\"", name);
}

static int print_help(const struct words *words)
{
	printf("usage: netstate COMMAND [OPTIONS] [FILTER]\n"
	       "       netstate [NETSTAT OPTIONS]\n\n"
	       "Commands; `netstate COMMAND --help` lists a command's options:\n");
	for (size_t i = 0; i < words->count; i++)
		printf("  %-10s %s\n", words->commands[i].name, words->commands[i].help);
	for (size_t i = 0; i < ARRAY_SIZE(asides); i++)
		printf("  %-10s %s\n", asides[i].name, asides[i].help);
	fputs(netstat_help, stdout);
	return say_end_of_stdout();
}

/* help [COMMAND] */
static int help(const struct words *words, int argc, char **argv)
{
	char *of_command[] = {argc > 1 ? argv[1] : NULL, (char *)"--help", NULL};
	const struct command *command;

	if (argc < 2)
		return print_help(words);
	if (argc > 2)
		return say_usage("", "help: one command is expected; unexpected \"%s\"", argv[2]);
	if (!strcmp(argv[1], "filter"))
		return say_usage("", "the filter language is described in netstate-filter(7)");
	if (!strcmp(argv[1], "netstat")) {
		of_command[0] = words->program;
		return command_netstat(2, of_command);
	}
	command = find(words, argv[1]);
	return command ? command->run(2, of_command) : refuse(words, argv[1]);
}

static int version(const struct words *words, int argc, char **argv)
{
	if (argc > 1)
		return say_usage("", "version: unexpected operand \"%s\"", argv[1]);
	printf("netstate %s\nnetstat's options and output: net-tools 2.10\n", NETSTATE_VERSION);
	return say_end_of_stdout();
}

int first_word_run(const struct command *commands, size_t count, int argc, char **argv)
{
	const struct words words = {commands, count, argv[0]};
	const struct command *command;
	const char *word = argv[1];

	if (argc < 2)
		return command_netstat(argc, argv);
	for (size_t i = 0; i < ARRAY_SIZE(asides); i++) {
		if (!strcmp(word, asides[i].name))
			return asides[i].run(&words, argc - 1, argv + 1);
		if (!strcmp(word, asides[i].option) || !strcmp(word, asides[i].short_option))
			return asides[i].run(&words, 1, argv + 1);
	}
	command = find(&words, word);
	if (command)
		return command->run(argc - 1, argv + 1);
	return *word == '-' ? command_netstat(argc, argv) : refuse(&words, word);
}
