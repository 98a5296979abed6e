/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One thread, one event loop. */
#include "base/loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/ending.h"

int loop_init(struct loop *loop)
{
	*loop = (struct loop){.epoll_fd = epoll_create1(EPOLL_CLOEXEC),
			      .stop_fd = epoll_create1(EPOLL_CLOEXEC),
			      .ending_fd = -1};
	return loop->epoll_fd < 0 || loop->stop_fd < 0 ? -errno : 0;
}

void loop_release(struct loop *loop)
{
	for (unsigned int i = 0; i < loop->count; i++) {
		if (loop->sources[i].owned)
			close(loop->sources[i].fd);
	}
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	if (loop->stop_fd >= 0)
		close(loop->stop_fd);
	loop->count = 0;
	loop->epoll_fd = loop->stop_fd = -1;
}

static int add(struct loop *loop, int fd, uint32_t events, bool owned,
	       void (*ready)(void *context, int fd), void *context)
{
	struct epoll_event event = {.events = events, .data.u32 = loop->count};

	if (loop->count == LOOP_SOURCES_MAX)
		return -ENOSPC;
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event))
		return -errno;
	loop->sources[loop->count++] = (struct loop_source){fd, owned, ready, context};
	return 0;
}

int loop_add(struct loop *loop, int fd, void (*ready)(void *context, int fd), void *context)
{
	return add(loop, fd, EPOLLIN, false, ready, context);
}

int loop_add_wakes(struct loop *loop, int fd, void (*ready)(void *context, int fd), void *context)
{
	return add(loop, fd, EPOLLIN | EPOLLET, false, ready, context);
}

int loop_add_hangup(struct loop *loop, int fd, void (*ready)(void *context, int fd), void *context)
{
	int err =
		add(loop, fd, 0, false, ready, context); /* EPOLLERR and EPOLLHUP are always told */

	return err == -EPERM ? 0 : err;
}

static int add_owned(struct loop *loop, int fd, void (*ready)(void *context, int fd), void *context)
{
	int err;

	if (fd < 0)
		return -errno;
	err = add(loop, fd, EPOLLIN, true, ready, context);
	if (err)
		close(fd);
	return err;
}

void loop_expect_signal(int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int loop_add_signals(struct loop *loop, const int *signals, unsigned int count,
		     void (*ready)(void *context, int fd), void *context)
{
	sigset_t set;

	sigemptyset(&set);
	for (unsigned int i = 0; i < count; i++)
		sigaddset(&set, signals[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	return add_owned(loop, signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), ready, context);
}

int loop_add_ends(struct loop *loop, const int *signals, unsigned int count,
		  void (*ready)(void *context, int fd), void *context)
{
	int fd = ending_open(signals, count);
	int err = fd < 0 ? fd : loop_add(loop, fd, ready, context);

	if (err)
		return err;
	loop->ending_fd = fd;
	return loop_last_stops(loop);
}

int loop_signal(int signal_fd)
{
	struct signalfd_siginfo info;

	return read(signal_fd, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

int loop_last_stops(struct loop *loop)
{
	struct epoll_event event = {.events = EPOLLIN};

	return epoll_ctl(loop->stop_fd, EPOLL_CTL_ADD, loop->sources[loop->count - 1].fd, &event)
		       ? -errno
		       : 0;
}

static struct timespec timespec_of(uint64_t ns)
{
	return (struct timespec){.tv_sec = (time_t)(ns / 1000000000),
				 .tv_nsec = (long)(ns % 1000000000)};
}

int loop_add_timer(struct loop *loop, uint64_t ns, uint64_t interval_ns,
		   void (*ready)(void *context, int fd), void *context)
{
	struct itimerspec spec = {.it_value = timespec_of(ns ? ns : 1),
				  .it_interval = timespec_of(interval_ns)};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0 && timerfd_settime(fd, 0, &spec, NULL)) {
		close(fd);
		return -errno;
	}
	return add_owned(loop, fd, ready, context);
}

void loop_timer_clear(int timer_fd)
{
	uint64_t expirations;

	if (read(timer_fd, &expirations, sizeof(expirations)) < 0)
		return; /* a spurious wake-up: nothing to clear */
}

int loop_turn(struct loop *loop, int timeout_ms)
{
	struct epoll_event events[LOOP_SOURCES_MAX];
	int count = epoll_wait(loop->epoll_fd, events, LOOP_SOURCES_MAX, timeout_ms);

	if (count < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < count; i++) {
		struct loop_source *source = &loop->sources[events[i].data.u32];

		if (source->fd == loop->ending_fd)
			ending_noted();
		source->ready(source->context, source->fd);
	}
	return 0;
}
