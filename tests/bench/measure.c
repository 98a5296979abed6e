/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * measure RUNS PROGRAM ARGUMENT...: runs it with its output thrown away; prints the median wall,
 * user and system time in seconds and the largest resident memory in KiB. Small itself, because a
 * child's memory counts from that of its parent.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define RUNS_MAX 1000

struct run {
	double wall, user, system;
};

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static int compare(const void *left, const void *right)
{
	double a = ((const struct run *)left)->wall, b = ((const struct run *)right)->wall;

	return a < b ? -1 : a > b;
}

int main(int argc, char **argv)
{
	static struct run runs[RUNS_MAX];
	int count = argc > 2 ? atoi(argv[1]) : 0;
	posix_spawn_file_actions_t actions;
	long memory = 0;

	if (count < 1 || count > RUNS_MAX) {
		fprintf(stderr, "usage: measure RUNS PROGRAM ARGUMENT...\n");
		return 2;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	for (int i = 0; i < count; i++) {
		struct timespec begin, end;
		struct rusage usage;
		int status, err;
		pid_t pid;

		clock_gettime(CLOCK_MONOTONIC, &begin);
		err = posix_spawnp(&pid, argv[2], &actions, NULL, argv + 2, NULL);
		if (err || wait4(pid, &status, 0, &usage) < 0 || status) {
			fprintf(stderr, "measure: %s failed: %s\n", argv[2], strerror(err));
			return 1;
		}
		clock_gettime(CLOCK_MONOTONIC, &end);
		runs[i] = (struct run){(double)(end.tv_sec - begin.tv_sec) +
					       (double)(end.tv_nsec - begin.tv_nsec) / 1e9,
				       seconds(usage.ru_utime), seconds(usage.ru_stime)};
		if (usage.ru_maxrss > memory)
			memory = usage.ru_maxrss;
	}
	qsort(runs, (size_t)count, sizeof(runs[0]), compare);
	printf("%.6f %.6f %.6f %ld\n", runs[count / 2].wall, runs[count / 2].user,
	       runs[count / 2].system, memory);
	return 0;
}
