/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat's command line. */
#include "base/say.h"
#include "commands/commands.h"

int command_netstat(int argc, char **argv)
{
	return say("netstat: not built yet");
}
