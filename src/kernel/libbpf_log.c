/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* libbpf's messages -> --debug, or nowhere. */
#include "kernel/libbpf_log.h"

#include <bpf/libbpf.h>
#include <stdarg.h>

#include "base/debug.h"

static int print(enum libbpf_print_level level, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static int print(enum libbpf_print_level level, const char *format, va_list args)
{
	debug_lines("", format, args);
	return 0;
}

void libbpf_log_init(void)
{
	libbpf_set_print(print);
}
