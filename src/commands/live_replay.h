/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A recording -> the table that its events amount to. */
#ifndef COMMANDS_LIVE_REPLAY_H
#define COMMANDS_LIVE_REPLAY_H

#include "commands/row_print.h"

/* Prints the table as it is at the recording's last event. 0, or an exit status. */
int live_replay(const char *path, uint32_t max_rows, struct row_print *print,
		struct selection *selection);

#endif
