/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a system call costs that has nothing to do with sockets: nanoseconds each, the best of some
 * rounds. */
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 20
#define CALLS 200000

static double round_ns(void)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) /
	       CALLS;
}

int main(void)
{
	double best = round_ns();

	for (int i = 1; i < ROUNDS; i++) {
		double now = round_ns();

		best = now < best ? now : best;
	}
	printf("%.1f\n", best);
	return 0;
}
