/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether this process runs under a seccomp filter. */
#include "base/seccomp.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

#define STATUS_SIZE 4096 /* about 1500 bytes; a long list of groups makes it longer */

/* proc(5): "Seccomp:\t2"; no such line: a kernel without seccomp. */
static bool read_status(void)
{
	_cleanup_(cleanup_close) int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	char text[STATUS_SIZE];
	size_t length = 0;
	const char *line;
	ssize_t size;

	while (fd >= 0 && length < sizeof(text) - 1 &&
	       (size = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)size;
	text[length] = '\0';
	if (!length)
		return true;
	line = strstr(text, "\nSeccomp:\t");
	return line ? line[strlen("\nSeccomp:\t")] != '0' : length == sizeof(text) - 1;
}

bool seccomp_filtered(void)
{
	static int known = -1;

	if (known < 0)
		known = read_status();
	return known;
}
