/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A verdict -> the command that shows more. Pure. */
#ifndef DIAGNOSIS_COMMAND_H
#define DIAGNOSIS_COMMAND_H

#include "netstate/stall.h"

/* Sets verdict->command and command_netns by `cause` (enum cause). */
void stall_command(const struct stall *stall, uint8_t cause, struct verdict *verdict);

#endif
