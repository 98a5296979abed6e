/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TZ -> only what can be read without waiting. */
#include "base/time_zone.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/safe_open.h"

#define ZONES "/usr/share/zoneinfo"

void time_zone_check(void)
{
	const char *zone = getenv("TZ"), *folder = getenv("TZDIR");
	_cleanup_(cleanup_close) int fd = -1;
	char path[PATH_MAX];
	struct stat info;

	if (!zone)
		return;
	zone += *zone == ':';
	if (*zone == '/')
		snprintf(path, sizeof(path), "%s", zone);
	else
		snprintf(path, sizeof(path), "%s/%s", folder && *folder ? folder : ZONES, zone);
	fd = safe_open_path(AT_FDCWD, path);
	if (fd >= 0 && !fstat(fd, &info) && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))
		setenv("TZ", "UTC0", 1);
}
