/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --hooks, which every command has that attaches BPF programs. */
#ifndef COMMANDS_HOOKS_OPTION_H
#define COMMANDS_HOOKS_OPTION_H

#include "base/options.h"
#include "kernel/features.h"

#define HOOKS_OPTION                                                                               \
	{                                                                                          \
		"hooks", 0, "SET",                                                                 \
			"core: only the hooks that every kernel from 5.10 on has; all (default)",  \
			option_store_hooks, 0, "all or core"                                       \
	}

#endif
