/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What hands write that know ss(8): `list -tlnp`, `-H`, `-tulpn`. Letters that mean what list does
 * anyway are taken, those that list has become its own options, and the others are answered with the
 * netstate command that does it.
 */
#ifndef COMMANDS_SS_HABITS_H
#define COMMANDS_SS_HABITS_H

#define SS_HABITS_GO_ON (-1)
#define SS_HABITS_MAX 4096 /* words: a FILTER has 1024 conditions at most */

struct ss_habits {
	int argc;
	/* list's own options, with a NULL; words of argv or constants */
	char *argv[SS_HABITS_MAX + 16];
};

/* `argv` is list's. SS_HABITS_GO_ON with *ret_habits, or the status with which to end. */
int ss_habits(int argc, char **argv, struct ss_habits *ret_habits);

#endif
