/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the program tells its user: one sentence a line on stderr. */
#include "base/say.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/safe.h"

#define SAY_MAX 2048 /* a sentence with a path in it; what is longer is cut */
#define END_MAX 64
#define HURRY_MS 1000

#define HELD_MAX 8192

static int patience_ms = -1;
static bool holding;
static char held[HELD_MAX];
static size_t held_size;
static unsigned int unheld; /* sentences for which there was no room */

void say_hurry(void)
{
	patience_ms = HURRY_MS;
}

/* In one piece, smaller than what a writable pipe takes at once. */
static void put(const char *text)
{
	struct pollfd one = {.fd = STDERR_FILENO, .events = POLLOUT};
	size_t size = strlen(text);

	while (size > 0) {
		ssize_t written;

		if (!poll(&one, 1, patience_ms)) {
			patience_ms = 0; /* nobody will read the next one either */
			return;
		}
		written = write(STDERR_FILENO, text, size);
		if (written < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (written > 0) {
			text += written;
			size -= (size_t)written;
		}
	}
}

void say_hold(bool hold)
{
	holding = hold;
	if (hold)
		return;
	put(held);
	held_size = 0;
	held[0] = '\0';
	if (unheld)
		say("%u more messages were not kept while the screen was open", unheld);
	unheld = 0;
}

__attribute__((format(printf, 2, 0))) static void say_text(const char *end, const char *format,
							   va_list args)
{
	char text[SAY_MAX + END_MAX] = "netstate: ";
	size_t length = strlen(text);

	vsnprintf(text + length, SAY_MAX - length, format, args);
	length = strlen(text);
	safe_name(text, length); /* a name in it must not begin a line of its own */
	snprintf(text + length, sizeof(text) - length, "%s\n", end);
	length = strlen(text);
	if (!holding) {
		put(text);
	} else if (held_size + length < sizeof(held)) {
		memcpy(held + held_size, text, length + 1);
		held_size += length;
	} else {
		unheld++;
	}
}

int say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_text("", format, args);
	va_end(args);
	return STATUS_FAILURE;
}

int say_usage(const char *command, const char *format, ...)
{
	bool question = format[strlen(format) - 1] == '?';
	char end[END_MAX];
	va_list args;

	snprintf(end, sizeof(end), "%s: netstate %s%s--help", question ? " See" : "; see", command,
		 *command ? " " : "");
	va_start(args, format);
	say_text(end, format, args);
	va_end(args);
	return STATUS_USAGE;
}

int say_end_of_stdout(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return STATUS_OK;
	return say("cannot write the output: %s", strerror(errno));
}
