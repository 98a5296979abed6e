/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* libbpf's messages -> nowhere. */
#include "kernel/libbpf_log.h"

#include <bpf/libbpf.h>
#include <stdarg.h>

static int print_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

void libbpf_silence(void)
{
	libbpf_set_print(print_nothing);
}
