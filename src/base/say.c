/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the program tells its user: one sentence a line on stderr. */
#include "base/say.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/safe.h"

#define SAY_MAX 2048 /* a sentence with a path in it; what is longer is cut */

__attribute__((format(printf, 1, 0))) static void say_text(const char *format, va_list args)
{
	char text[SAY_MAX];

	vsnprintf(text, sizeof(text), format, args);
	safe_text(text);
	fprintf(stderr, "netstate: %s", text);
}

int say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_text(format, args);
	va_end(args);
	fputc('\n', stderr);
	return STATUS_FAILURE;
}

int say_usage(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_text(format, args);
	va_end(args);
	fprintf(stderr, "; see: netstate %s%s--help\n", command, *command ? " " : "");
	return STATUS_USAGE;
}
