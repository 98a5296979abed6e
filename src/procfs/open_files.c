/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/sys/fs/file-nr -> how many files are open. */
#include "procfs/open_files.h"

#include "procfs/lines.h"
#include "procfs/scan.h"

uint64_t open_files_read(const char *proc)
{
	struct lines lines;
	uint64_t count = 0;
	const char *at;
	char *line;
	size_t size;

	if (lines_open(&lines, proc, "sys/fs/file-nr"))
		return 0;
	if (lines_next(&lines, &line, &size) > 0) {
		at = line;
		scan_u64(&at, &count);
	}
	lines_close(&lines);
	return count;
}
