/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ss(8)'s options -> list's own: `list -tlnp`, `-H`, `-to state established`, `-A udp`. What list does
 * by default is accepted, -e -i -o add columns, and for the rest one sentence names the command that
 * answers.
 */
#ifndef COMMANDS_SS_HABITS_H
#define COMMANDS_SS_HABITS_H

#define SS_HABITS_GO_ON (-1)
#define SS_HABITS_MAX 4096 /* words: a FILTER has 1024 conditions at most */
#define SS_HABITS_COLUMNS_MAX 512

struct ss_habits {
	int argc;
	/* list's own options, with a NULL; words of argv or constants */
	char *argv[SS_HABITS_MAX + 32];
	char columns[SS_HABITS_COLUMNS_MAX]; /* fields to show beside the default ones; "": none */
};

/* `argv` is list's. SS_HABITS_GO_ON with *ret_habits, or the status with which to end. */
int ss_habits(int argc, char **argv, struct ss_habits *ret_habits);

#endif
