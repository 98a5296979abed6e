/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat's command line, in the room of its own. */
#include "commands/commands.h"
#include "netstat/modes/netstat.h"

int command_netstat(int argc, char **argv)
{
	return netstat_main(argc, argv);
}
