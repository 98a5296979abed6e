/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counts that the kernel keeps anyway. */
#include "procfs/counts.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "procfs/lines.h"
#include "procfs/scan.h"

/* "TCP: inuse 9 orphan 0 tw 2 alloc 9 mem 1", "TCP6: inuse 4" */
static const struct {
	const char *begin; /* of the line */
	const char *word;  /* in front of the number */
	size_t offset;
} fields[] = {
	{"TCP: ", " inuse ", offsetof(struct socket_counts, tcp)},
	{"TCP: ", " tw ", offsetof(struct socket_counts, tcp)},
	{"TCP6: ", " inuse ", offsetof(struct socket_counts, tcp)},
	{"TCP6: ", " inuse ", offsetof(struct socket_counts, tcp6)},
	{"UDP: ", " inuse ", offsetof(struct socket_counts, udp)},
	{"UDP6: ", " inuse ", offsetof(struct socket_counts, udp)},
};

void socket_counts_line(const char *line, struct socket_counts *counts)
{
	size_t size = strcspn(line, "\n");

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *at = memmem(line, size, fields[i].word, strlen(fields[i].word));
		uint64_t count;

		if (strncmp(line, fields[i].begin, strlen(fields[i].begin)) != 0 || !at)
			continue;
		at += strlen(fields[i].word);
		if (!scan_u64(&at, &count))
			continue;
		*(uint64_t *)((char *)counts + fields[i].offset) += count;
		counts->known = true;
	}
}

void socket_counts_read(const char *net, struct socket_counts *ret_counts)
{
	static const char *const files[] = {"sockstat", "sockstat6"};

	*ret_counts = (struct socket_counts){0};
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct lines lines;
		char *line;
		size_t size;

		if (lines_open(&lines, net, files[i]))
			continue;
		while (lines_next(&lines, &line, &size) > 0)
			socket_counts_line(line, ret_counts);
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
