/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID/cmdline of processes whose memory may be locked, read by a child. */
#include "procfs/command_line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "procfs/process_facts.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#define LOOK_MS 50	/* after which the child is looked at */
#define PATIENCE_MS 300 /* while it sleeps */
#define BUSY_MS 5000	/* while it only gets no processor */
#define WAITED_MAX_MS 2000

struct answer {	      /* written at once: no more than PIPE_BUF */
	int32_t size; /* or -errno */
	char text[COMMAND_LINE_MAX];
};

static int32_t read_now(int proc, uint32_t pid, char *text, size_t room)
{
	_cleanup_(cleanup_close) int fd = -1;
	char path[32];
	ssize_t size;

	snprintf(path, sizeof(path), "%u/cmdline", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	size = read(fd, text, room);
	return size < 0 ? -errno : (int32_t)size;
}

/* ---------------------------------------------------------------- the child */

/* One that waits for ever keeps nothing of its parent open: a pipe that somebody reads, a terminal. */
static void keep_three(int ask, int answer, int proc)
{
	dup2(ask, 0);
	dup2(answer, 1);
	dup2(proc, 2);
	if (syscall(SYS_close_range, 3, ~0U, 0))
		for (int fd = 3; fd < 4096; fd++)
			close(fd);
}

static void serve(int ask, int answer_fd, int proc)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE};
	struct answer answer;
	uint32_t pid;

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	prctl(PR_SET_NAME, "netstate-reader");
	keep_three(ask, answer_fd, proc);
	while (read(0, &pid, sizeof(pid)) == sizeof(pid)) {
		size_t size = sizeof(answer.size);

		answer.size = read_now(2, pid, answer.text, sizeof(answer.text));
		if (answer.size > 0)
			size += (size_t)answer.size;
		if (write(1, &answer, size) != (ssize_t)size)
			break;
	}
	_exit(0);
}

/* ---------------------------------------------------------------- who asks */

/* A pipe whose ends are not those that the child gives others' numbers. */
static int open_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	for (int i = 0; i < 2; i++) {
		int fd = ends[i] > 2 ? ends[i] : fcntl(ends[i], F_DUPFD_CLOEXEC, 3);

		if (fd != ends[i])
			close(ends[i]);
		ends[i] = fd;
	}
	return 0;
}

static void close_both(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static int start(struct command_reader *reader, int proc)
{
	int ask[2], answer[2], err = open_pipe(ask);
	pid_t child;

	if (err)
		return err;
	err = open_pipe(answer);
	if (err) {
		close_both(ask);
		return err;
	}
	child = fork();
	if (!child)
		serve(ask[0], answer[1], proc);
	close(ask[0]);
	close(answer[1]);
	if (child < 0) {
		close(ask[1]);
		close(answer[0]);
		return -EAGAIN;
	}
	reader->child = child;
	reader->ask = ask[1];
	reader->answer = answer[0];
	return 0;
}

/* One that cannot end yet is left to init. */
void command_reader_end(struct command_reader *reader)
{
	if (!reader->child)
		return;
	close(reader->ask);
	close(reader->answer);
	kill(reader->child, SIGKILL);
	for (int tries = 0; tries < 100 && !waitpid(reader->child, NULL, WNOHANG); tries++)
		usleep(1000);
	reader->child = 0;
}

/* It waits for something else than a processor. */
static bool sleeps(const struct command_reader *reader, int proc)
{
	struct process_stat stat;

	return process_read_stat(proc, (uint32_t)reader->child, &stat) || stat.state != 'R';
}

static bool wait_for_answer(struct command_reader *reader, int proc)
{
	struct pollfd from = {.fd = reader->answer, .events = POLLIN};
	int asleep = 0;

	for (int waited = 0; waited < BUSY_MS && asleep < PATIENCE_MS; waited += LOOK_MS) {
		if (poll(&from, 1, LOOK_MS) > 0)
			return true;
		if (sleeps(reader, proc))
			asleep += LOOK_MS;
	}
	reader->waited_ms += PATIENCE_MS;
	return false;
}

static ssize_t ask(struct command_reader *reader, int proc, uint32_t pid, char *text, size_t room)
{
	struct answer answer;
	ssize_t got;

	if (write(reader->ask, &pid, sizeof(pid)) != sizeof(pid))
		return -EPIPE;
	if (!wait_for_answer(reader, proc))
		return -ETIMEDOUT;
	got = read(reader->answer, &answer, sizeof(answer)) - (ssize_t)sizeof(answer.size);
	if (got < 0 || (answer.size > 0 && answer.size != got))
		return -EPIPE;
	if (answer.size <= 0)
		return answer.size;
	if ((size_t)got > room)
		got = (ssize_t)room;
	memcpy(text, answer.text, (size_t)got);
	return got;
}

ssize_t command_line_read(struct command_reader *reader, int proc, uint32_t pid, char *text,
			  size_t room)
{
	ssize_t size;

	if (reader->direct)
		return read_now(proc, pid, text, room);
	if (reader->waited_ms >= WAITED_MAX_MS)
		return -ETIMEDOUT;
	if (!reader->child &&
	    start(reader, proc)) { /* no process or descriptor is left for a child */
		reader->direct = true;
		return read_now(proc, pid, text, room);
	}
	size = ask(reader, proc, pid, text, room);
	if (size == -ETIMEDOUT || size == -EPIPE)
		command_reader_end(reader);
	return size;
}
