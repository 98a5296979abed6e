/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Signals that ask the program to end -> a readable descriptor, or the end by force. */
#include "base/ending.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

/* timeout(1) and some supervisors send the same signal twice: to the process, then to its group. */
#define SECOND_AFTER_NS 100000000

static int event_fd = -1;
static volatile sig_atomic_t first; /* the signal; 0: none came */
static uint64_t first_ns;	    /* CLOCK_MONOTONIC */
static void (*restore_all)(void);

static void end_by(int number)
{
	sigset_t set;

	if (restore_all)
		restore_all();
	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(number);
	_exit(128 + number);
}

static void on_deaf(int number)
{
	end_by(first);
}

static void on_signal(int number)
{
	const uint64_t one = 1;
	int saved = errno;

	if (first && number != SIGHUP && clock_monotonic_ns() - first_ns > SECOND_AFTER_NS)
		end_by(number);
	if (!first) {
		first_ns = clock_monotonic_ns();
		first = number;
		signal(SIGALRM, on_deaf);
		alarm(ENDING_DEAF_SECONDS);
	}
	if (write(event_fd, &one, sizeof(one)) < 0)
		first = number; /* it is readable already */
	errno = saved;
}

int ending_open(const int *signals, unsigned int count)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, before;

	if (event_fd < 0)
		event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event_fd < 0)
		return -errno;
	for (unsigned int i = 0; i < count; i++) {
		if (sigaction(signals[i], NULL, &before) ||
		    (signals[i] == SIGHUP && before.sa_handler == SIG_IGN)) /* nohup(1) */
			continue;
		if (sigaction(signals[i], &action, NULL))
			return -errno;
	}
	return event_fd;
}

void ending_noted(void)
{
	alarm(0);
}

void ending_before_force(void (*restore)(void))
{
	restore_all = restore;
}
