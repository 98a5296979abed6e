/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --debug, NETSTATE_DEBUG=1: what the program does, on stderr. */
#include "base/debug.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/safe.h"

#define LINE_MAX_SIZE 1024 /* what is longer is cut */

static bool enabled;
static uint64_t start_ns;

void debug_init(void)
{
	const char *value = secure_getenv("NETSTATE_DEBUG");

	start_ns = clock_monotonic_ns();
	enabled = value && *value && strcmp(value, "0") != 0;
}

void debug_remove_option(int *argc, char **argv)
{
	int kept = 1, at = 1;

	for (; at < *argc && strcmp(argv[at], "--") != 0; at++) {
		if (!strcmp(argv[at], "--debug"))
			enabled = true;
		else
			argv[kept++] = argv[at];
	}
	while (at < *argc)
		argv[kept++] = argv[at++];
	argv[kept] = NULL;
	*argc = kept;
}

bool debug_enabled(void)
{
	return enabled;
}

static void put_line(const char *from, const char *text, int size)
{
	uint64_t us = (clock_monotonic_ns() - start_ns) / 1000;
	char line[LINE_MAX_SIZE];

	snprintf(line, sizeof(line), "%.*s", size, text);
	safe_text(line);
	fprintf(stderr, "netstate: debug: [%6" PRIu64 ".%03" PRIu64 " ms] %s%s\n", us / 1000,
		us % 1000, from, line);
}

void debug_say(const char *format, ...)
{
	char line[LINE_MAX_SIZE];
	va_list args;

	if (!enabled)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	put_line("", line, (int)strlen(line));
}

void debug_lines(const char *from, const char *format, va_list args)
{
	_cleanup_(cleanup_free) char *text = NULL;

	if (!enabled || vasprintf(&text, format, args) < 0)
		return;
	for (const char *at = text; *at;) {
		size_t size = strcspn(at, "\n");

		if (size)
			put_line(from, at, (int)size);
		at += size + (at[size] == '\n');
	}
}

const char *debug_hint(void)
{
	return enabled ? "" : "; --debug shows the kernel's reasons";
}
