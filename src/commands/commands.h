/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The commands: each composes the stages and returns the exit status. argv[0] is the command's
 * word. */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

int command_doctor(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_kill(int argc, char **argv);
int command_live(int argc, char **argv);
int command_list(int argc, char **argv);
int command_stalls(int argc, char **argv);
int command_trace(int argc, char **argv);
int command_who(int argc, char **argv);

/* netstat's own command line; argv[0] is the program's name as it was called. Statuses are
 * netstat's: 0, 1, 3, 255. */
int command_netstat(int argc, char **argv);

#endif
