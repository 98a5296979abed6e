/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * netstate's main() many times from one start, for tests with thousands of runs: a fork takes a
 * tenth of a start under the sanitizers. fork_server OUT ERR reads requests from its standard
 * input: a 32 bit size, then so many bytes: words that end in NUL. The first two are the mode and the
 * milliseconds after which the run gets SIGTERM, the others argv. Each run writes to the files OUT
 * and ERR. The answer is a line: the wait status, 0 where it ended by itself, 1 by SIGTERM or 2 by
 * SIGKILL, and how many processes of it were left behind.
 *
 * Modes: b: bpf(2) is refused; n: user nobody; anything else: as it is.
 */
int netstate_main(int argc, char **argv);
#define main netstate_main
#include "main.c"
#undef main

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define REQUEST_MAX (1u << 20)
#define WORDS_MAX 4096
#define GRACE_MS 8000 /* between SIGTERM and SIGKILL; for helpers to end, too */
#define NOBODY 65534

enum ended { BY_ITSELF, BY_SIGTERM, BY_SIGKILL };

static void fail(const char *what)
{
	fprintf(stderr, "fork_server: %s: %s\n", what, strerror(errno));
	_exit(125);
}

static bool read_whole(void *into, size_t size)
{
	for (size_t at = 0; at < size;) {
		ssize_t more = read(STDIN_FILENO, (char *)into + at, size - at);

		if (more <= 0)
			return false;
		at += (size_t)more;
	}
	return true;
}

static void refuse_bpf(void)
{
	struct sock_filter rows[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_bpf, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {ARRAY_SIZE(rows), rows};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		fail("seccomp");
}

static void open_as(const char *path, int flags, int fd)
{
	int opened = open(path, flags, 0600);

	if (opened < 0 || dup2(opened, fd) < 0)
		fail(path);
	if (opened != fd)
		close(opened);
}

/*
 * Runs behind netstate's own handlers. The sanitizer would forget each global variable next, which
 * takes longer than a short run.
 */
static void end_now(int status, void *unused)
{
	fflush(NULL);
	_exit(status);
}

static void run(char **words, int count, char *const files[2])
{
	if (setpgid(0, 0))
		fail("setpgid");
	open_as("/dev/null", O_RDONLY, STDIN_FILENO);
	open_as(files[0], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, STDOUT_FILENO);
	open_as(files[1], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, STDERR_FILENO);
	if (words[0][0] == 'b')
		refuse_bpf();
	if (words[0][0] == 'n' && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
				   setresuid(NOBODY, NOBODY, NOBODY)))
		fail("setresuid");
	if (on_exit(end_now, NULL))
		fail("on_exit");
	exit(netstate_main(count - 2, words + 2));
}

/* False after so many milliseconds. */
static bool wait_for(int pidfd, int ms)
{
	struct pollfd end = {.fd = pidfd, .events = POLLIN};

	return poll(&end, 1, ms) > 0;
}

/* This process inherits what a run leaves. Processes that did not end within the grace. */
static int left_behind(pid_t group)
{
	int left = 0;

	for (int waited = 0; waited < GRACE_MS; waited += 2) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0 && errno == ECHILD)
			return 0;
		if (!pid)
			usleep(2000);
	}
	kill(-group, SIGKILL);
	while (waitpid(-1, NULL, WNOHANG) > 0 || (usleep(50000), waitpid(-1, NULL, WNOHANG)) > 0)
		left++;
	return left ? left : 1;
}

static void answer(pid_t pid, int limit_ms)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), status;
	enum ended ended = BY_ITSELF;

	if (pidfd < 0)
		fail("pidfd_open");
	if (!wait_for(pidfd, limit_ms)) {
		ended = BY_SIGTERM;
		kill(pid, SIGTERM);
		if (!wait_for(pidfd, GRACE_MS)) {
			ended = BY_SIGKILL;
			kill(pid, SIGKILL);
		}
	}
	close(pidfd);
	if (waitpid(pid, &status, 0) != pid)
		fail("waitpid");
	printf("%d %d %d\n", status, ended, left_behind(pid));
	fflush(stdout);
}

static int split(char *bytes, size_t size, char *ret_words[WORDS_MAX + 1])
{
	int count = 0;

	for (size_t at = 0; at < size && count < WORDS_MAX; at += strlen(bytes + at) + 1)
		ret_words[count++] = bytes + at;
	ret_words[count] = NULL;
	return count;
}

int main(int argc, char **argv)
{
	static char bytes[REQUEST_MAX + 1];
	static char *words[WORDS_MAX + 1];
	uint32_t size;

	if (argc != 3 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		return 2;
	while (read_whole(&size, sizeof(size)) && size <= REQUEST_MAX && read_whole(bytes, size)) {
		int count;
		pid_t pid;

		bytes[size] = '\0';
		count = split(bytes, size, words);
		if (count < 3)
			return 2;
		pid = fork();
		if (pid < 0)
			fail("fork");
		if (!pid)
			run(words, count, argv + 1);
		answer(pid, atoi(words[1]));
	}
	return 0;
}
