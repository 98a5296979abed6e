/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate trace. */
#include "base/say.h"
#include "commands/commands.h"

int command_trace(int argc, char **argv)
{
	return say("trace: not built yet");
}
