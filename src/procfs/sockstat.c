/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/net/sockstat -> how many sockets there are. */
#include "procfs/sockstat.h"

#include <string.h>

#include "base/cleanup.h"
#include "procfs/lines.h"
#include "procfs/scan.h"

static const struct {
	const char *begin; /* of the line */
	const char *word;  /* in front of the number */
	size_t offset;
} counts[] = {
	{ "TCP: ", " inuse ", offsetof(struct sockstat, tcp) },
	{ "TCP: ", " tw ", offsetof(struct sockstat, tcp) },
	{ "TCP6: ", " inuse ", offsetof(struct sockstat, tcp) },
	{ "UDP: ", " inuse ", offsetof(struct sockstat, udp) },
	{ "UDP6: ", " inuse ", offsetof(struct sockstat, udp) },
};

void sockstat_line(const char *line, struct sockstat *stat)
{
	size_t size = strcspn(line, "\n");

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		const char *at = memmem(line, size, counts[i].word, strlen(counts[i].word));
		uint64_t count;

		if (strncmp(line, counts[i].begin, strlen(counts[i].begin)) != 0 || !at)
			continue;
		at += strlen(counts[i].word);
		if (scan_u64(&at, &count))
			*(uint64_t *)((char *)stat + counts[i].offset) += count;
	}
}

void sockstat_read(const char *net, struct sockstat *ret_stat)
{
	static const char *const files[] = { "sockstat", "sockstat6" };

	*ret_stat = (struct sockstat){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct lines lines;
		char *line;
		size_t size;

		if (lines_open(&lines, net, files[i]))
			continue;
		while (lines_next(&lines, &line, &size) > 0)
			sockstat_line(line, ret_stat);
		lines_close(&lines);
	}
}

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
