/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Runs the walk over the kernel's hash tables and prints what it took, as JSON: walk [COUNT [rows|bound|details]].
 * "bound": sockets that are bound only; "details": the rows of explain. With the first two the last one's rows first, one a line: netns state cookie local-port remote-port inode.
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

static double processor_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
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

static int take_detail(void *context, const struct socket_detail *detail)
{
	struct count *counted = context;

	counted->rows++;
	return 0;
}

static int read_once(struct walk *walk, const char *what, struct count *counted)
{
	struct socket_rows_handler handler = {.rows = take, .context = counted, .details = true};

	if (!strcmp(what, "details"))
		return walk_read_details(walk, take_detail, counted);
	if (!strcmp(what, "bound"))
		return walk_read_bound(walk, NULL, &handler);
	return walk_read(walk, NULL, &handler);
}

int main(int argc, char **argv)
{
	unsigned long times = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
	const char *what = argc > 2 ? argv[2] : "";
	struct walk_report report;
	struct walk *walk;
	uint64_t begin_ns = now_ns(), loaded_ns;
	int err = strcmp(what, "details") ? walk_new(&walk) : walk_new_details(&walk);

	if (err) {
		fprintf(stderr, "walk: %s\n", strerror(-err));
		return 1;
	}
	loaded_ns = now_ns() - begin_ns;
	for (unsigned long i = 0; i < times; i++) {
		struct count counted = {.print = argc > 2 && i + 1 == times};
		double used_ms = processor_ms();

		begin_ns = now_ns();
		err = read_once(walk, what, &counted);
		walk_last(walk, &report);
		printf("{\"err\": %d, \"rows\": %zu, \"ms\": %.3f, \"cpu_ms\": %.3f, \"runs\": %" PRIu64
		       ", \"longest_us\": %.1f, \"moved\": %" PRIu64 ", \"unsettled\": %" PRIu64
		       ", \"namespaces\": %u, \"load_ms\": %.1f}\n",
		       err, counted.rows, (double)(now_ns() - begin_ns) / 1e6,
		       processor_ms() - used_ms, report.runs, (double)report.longest_ns / 1e3,
		       report.moved, report.unsettled, report.namespaces, (double)loaded_ns / 1e6);
	}
	walk_free(walk);
	return 0;
}
