/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Runs the walk over the kernel's hash tables and prints what it took, as JSON: walk [COUNT [rows|bound]].
 * "bound": sockets that are bound only. With both the last one's rows first, one a line: netns state cookie local-port remote-port inode.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/walk.h"

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

struct count {
	size_t rows;
	int print;
};

static void take(void *context, const struct listed_connection *listed, size_t count)
{
	struct count *counted = context;

	counted->rows += count;
	for (size_t i = 0; counted->print && i < count; i++)
		printf("%u %u %" PRIu64 " %u %u %" PRIu64 "\n", listed[i].flow.netns,
		       listed[i].state, listed[i].flow.cookie, listed[i].flow.local.port,
		       listed[i].flow.remote.port, listed[i].detail.inode);
}

int main(int argc, char **argv)
{
	unsigned long times = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
	struct walk_report report;
	struct walk *walk;
	uint64_t begin_ns = now_ns(), loaded_ns;
	int err = walk_new(&walk);

	if (err) {
		fprintf(stderr, "walk: %s\n", strerror(-err));
		return 1;
	}
	loaded_ns = now_ns() - begin_ns;
	for (unsigned long i = 0; i < times; i++) {
		struct count counted = {.print = argc > 2 && i + 1 == times};
		struct socket_rows_handler handler = {
			.rows = take, .context = &counted, .details = true};

		begin_ns = now_ns();
		err = argc > 2 && !strcmp(argv[2], "bound") ? walk_read_bound(walk, NULL, &handler)
							    : walk_read(walk, NULL, &handler);
		walk_last(walk, &report);
		printf("{\"err\": %d, \"rows\": %zu, \"ms\": %.3f, \"runs\": %" PRIu64
		       ", \"longest_us\": %.1f, \"moved\": %" PRIu64 ", \"unsettled\": %" PRIu64
		       ", \"namespaces\": %u, \"load_ms\": %.1f}\n",
		       err, counted.rows, (double)(now_ns() - begin_ns) / 1e6, report.runs,
		       (double)report.longest_ns / 1e3, report.moved, report.unsettled,
		       report.namespaces, (double)loaded_ns / 1e6);
	}
	walk_free(walk);
	return 0;
}
