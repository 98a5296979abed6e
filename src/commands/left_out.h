/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Network namespaces that a command could not cover -> its user. */
#ifndef COMMANDS_LEFT_OUT_H
#define COMMANDS_LEFT_OUT_H

#include "namespaces/left_out.h"
#include "sink/output.h"

/*
 * A sentence on stderr, and with `json` (NULL: none) a last object there, whose first key is that by
 * which the command's objects differ. Nothing where nothing was left out. Who is not root is shown
 * one's own namespace, whose objects are complete.
 */
void left_out_say(const char *command, const struct netns_left_out *left, const char *key,
		  struct output *json);

/*
 * Of each network namespace whose lists of rules, routes or queues took too long to be read (netlink/dump_limit.h):
 * a sentence on stderr, once.
 */
void left_out_say_slow(const char *command);

#endif
