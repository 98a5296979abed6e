/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate's first word: a command, help, version, or netstat's options. */
#ifndef COMMANDS_FIRST_WORD_H
#define COMMANDS_FIRST_WORD_H

#include <stddef.h>

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help; /* one line, in the imperative */
};

/* Runs what argv[1] names; returns the exit status. */
int first_word_run(const struct command *commands, size_t count, int argc, char **argv);

#endif
