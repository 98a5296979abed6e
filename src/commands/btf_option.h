/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --btf FILE, which every command that loads BPF programs has. */
#ifndef COMMANDS_BTF_OPTION_H
#define COMMANDS_BTF_OPTION_H

#include "base/options.h"
#include "kernel/kernel_btf.h"

#define BTF_OPTION                                                                                   \
	{                                                                                            \
		"btf", 0, "FILE",                                                                    \
			"read the kernel's types (BTF) from FILE, not from /sys/kernel/btf/vmlinux", \
			option_store_btf, 0,                                                         \
			"a readable file of raw BTF, such as a copy of /sys/kernel/btf/vmlinux"      \
	}

#endif
