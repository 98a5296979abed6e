/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One thread, one event loop: descriptors with a callback each, on epoll. */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#define LOOP_SOURCES_MAX 32 /* a command has fewer than ten */
#define LOOP_FOREVER (-1)

struct loop {
	int epoll_fd;
	int stop_fd; /* another epoll: of the sources that ask to stop */
	unsigned int count;
	struct loop_source {
		int fd;
		bool owned; /* closed with the loop */
		void (*ready)(void *context, int fd);
		void *context;
	} sources[LOOP_SOURCES_MAX];
	int ending_fd;
};

/* All: 0 or -errno. */
int loop_init(struct loop *loop);
void loop_release(struct loop *loop);

/* Calls ready(context, fd) whenever fd is readable. */
int loop_add(struct loop *loop, int fd, void (*ready)(void *context, int fd), void *context);

/* Calls it whenever fd wakes its readers, however much is left to read: for a caller that also reads
 * in between. */
int loop_add_wakes(struct loop *loop, int fd, void (*ready)(void *context, int fd), void *context);

/*
 * Calls ready(context, fd) once one of the signals asked the program to end, and makes loop->stop_fd
 * readable then. A second one, or ENDING_DEAF_SECONDS in which the loop did not turn, ends the program
 * by force (base/ending.h).
 */
int loop_add_ends(struct loop *loop, const int *signals, unsigned int count,
		  void (*ready)(void *context, int fd), void *context);

/* Blocks the signals for the process and calls ready(context, signalfd) when one is there; read it
 * with loop_signal(). */
int loop_add_signals(struct loop *loop, const int *signals, unsigned int count,
		     void (*ready)(void *context, int fd), void *context);

/* Until loop_add_signals() such a signal waits: what comes while programs are loaded must not end the process. */
void loop_expect_signal(int signal);
int loop_signal(int signal_fd);

/*
 * The source that was added last asks the program to stop: the end of a duration. While one of these
 * is ready, loop->stop_fd is readable, for whoever waits outside of the loop.
 */
int loop_last_stops(struct loop *loop);

/* Calls ready(context, timerfd) after ns, and then every interval_ns (0: once). loop_timer_clear()
 * in ready. */
int loop_add_timer(struct loop *loop, uint64_t ns, uint64_t interval_ns,
		   void (*ready)(void *context, int fd), void *context);
void loop_timer_clear(int timer_fd);

/*
 * Calls ready(context, fd) when the other end of a pipe or socket that only ever is written to has
 * gone. Where fd is of a kind that has no other end (a file) this does nothing and succeeds.
 */
int loop_add_hangup(struct loop *loop, int fd, void (*ready)(void *context, int fd), void *context);

/* Waits for something to be ready, at most timeout_ms, and calls what is. */
int loop_turn(struct loop *loop, int timeout_ms);

#endif
