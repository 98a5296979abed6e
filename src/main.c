/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* argv -> command table -> exit status. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/descriptors.h"
#include "commands/commands.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

/* Called as netstate, a first word that is here names a command; anything else is netstat's command
 * line. */
static const struct command commands[] = {
	{"doctor", command_doctor, "say what works on this machine, and what is missing"},
	{"explain", command_explain, "say what is wrong with connections, and why any one is as it is"},
	{"live", command_live,
	 "keep a table of every TCP connection, always equal to the kernel's"},
	{"list", command_list, "print every TCP connection of every network namespace once"},
	{"stalls", command_stalls, "say why connects hang or fail, with the evidence"},
	{"trace", command_trace,
	 "print every TCP state transition, connect and accept as it happens"},
};

static const char *program_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path ? path : "netstate";
}

static int print_commands(void)
{
	printf("usage: netstate COMMAND [OPTIONS]      see: netstate COMMAND --help\n"
	       "       netstate [NETSTAT OPTIONS]      prints what netstat prints; see: netstate -h\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].help);
	return 0;
}

int main(int argc, char **argv)
{
	descriptors_fill_standard();
	if (argc < 2 || !strcmp(program_name(argv[0]), "netstat"))
		return command_netstat(argc, argv);
	if (!strcmp(argv[1], "help"))
		return print_commands();
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	}
	return command_netstat(argc, argv);
}
