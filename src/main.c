/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* argv -> command table -> exit status. */
#include <signal.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/debug.h"
#include "base/descriptors.h"
#include "base/seccomp.h"
#include "base/time_zone.h"
#include "commands/commands.h"
#include "commands/first_word.h"

static const struct command commands[] = {
	{"doctor", command_doctor, "check kernel support and list unavailable features"},
	{"explain", command_explain, "report what is wrong with connections, worst first"},
	{"kill", command_kill, "end the TCP connections that a filter selects"},
	{"live", command_live, "show all TCP connections, updated as they change"},
	{"list", command_list, "print all TCP connections of all network namespaces once"},
	{"stalls", command_stalls, "report why connects hang or fail, with the evidence"},
	{"trace", command_trace,
	 "print each TCP state transition, connect and accept as it happens"},
	{"who", command_who, "show who has a port: its sockets with their processes"},
};

static const char *program_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path ? path : "netstate";
}

int main(int argc, char **argv)
{
	descriptors_fill_standard();
	if (!seccomp_filtered()) /* which may kill for it: net-tools' netstat makes no such call */
		signal(SIGXFSZ, SIG_IGN); /* beyond RLIMIT_FSIZE a write fails, and says so */
	debug_init();
	if (argc < 1 || !strcmp(program_name(argv[0]), "netstat"))
		return command_netstat(argc, argv);
	time_zone_check();
	debug_remove_option(&argc, argv);
	return first_word_run(commands, ARRAY_SIZE(commands), argc, argv);
}
