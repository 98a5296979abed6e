/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How wide the terminal behind a descriptor is. */
#include "sink/terminal_width.h"

#include <sys/ioctl.h>

unsigned int terminal_width(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) ? 0 : size.ws_col;
}
