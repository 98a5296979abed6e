/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Network namespaces that a command could not cover -> its user. */
#ifndef COMMANDS_LEFT_OUT_H
#define COMMANDS_LEFT_OUT_H

#include "namespaces/left_out.h"
#include "sink/output.h"

/* A sentence on stderr, and with `json` (NULL: none) a last object there. Nothing where nothing is. */
void left_out_say(const char *command, const struct netns_left_out *left, struct output *json);

#endif
