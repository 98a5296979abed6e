/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions to a child process that keeps its privileges. */
#include "privilege/helper.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "privilege/drop.h"

struct helper {
	pid_t pid;
	int fd;
};

/* What steers the parent by the terminal or by its unit reaches the child, too: the parent decides
 * when both end. */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE};
	sigset_t none;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void serve(int fd, helper_handler handler, void *context)
{
	struct helper_question question;
	struct helper_answer answer;
	ssize_t size;

	for (;;) {
		size = recv(fd, &question, sizeof(question), 0);
		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0)
			return;
		memset(&answer, 0, sizeof(answer));
		question.text[sizeof(question.text) - 1] = '\0';
		question.more[sizeof(question.more) - 1] = '\0';
		if (size == sizeof(question))
			handler(context, &question, &answer);
		else
			answer.err = -EINVAL;
		if (send(fd, &answer, sizeof(answer), MSG_NOSIGNAL) != sizeof(answer))
			return;
	}
}

static void run_child(int fd, pid_t parent, helper_handler handler, void *context, bool writes)
{
	ignore_signals();
	prctl(PR_SET_NAME, "netstate-helper");
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	privilege_reduce(writes);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Another parent: the real one exited before its death signal was set. */
	if (getppid() == parent && send(fd, "", 1, MSG_NOSIGNAL) == 1)
		serve(fd, handler, context);
	_exit(0);
}

/* The child has given up what it does not need. */
static bool is_ready(int fd)
{
	ssize_t size;
	char byte;

	do {
		size = recv(fd, &byte, 1, 0);
	} while (size < 0 && errno == EINTR);
	return size == 1;
}

int helper_start(helper_handler handler, void *context, bool writes, struct helper **ret_helper)
{
	struct helper *helper = calloc(1, sizeof(*helper));
	pid_t parent = getpid();
	int pair[2];

	if (!helper)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		free(helper);
		return -errno;
	}
	helper->pid = fork();
	if (!helper->pid) {
		close(pair[0]);
		run_child(pair[1], parent, handler, context, writes);
	}
	close(pair[1]);
	helper->fd = pair[0];
	if (helper->pid < 0) {
		int err = -errno;

		close(pair[0]);
		free(helper);
		return err;
	}
	if (!is_ready(helper->fd)) {
		helper_stop(helper);
		return -EPIPE;
	}
	*ret_helper = helper;
	return 0;
}

void helper_stop(struct helper *helper)
{
	if (!helper)
		return;
	close(helper->fd);
	while (waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(helper);
}

void helper_kill(struct helper *helper)
{
	if (helper)
		kill(helper->pid, SIGKILL);
	helper_stop(helper);
}

int helper_fd(const struct helper *helper)
{
	return helper->fd;
}

int helper_send(struct helper *helper, const struct helper_question *question)
{
	ssize_t size = send(helper->fd, question, sizeof(*question), MSG_NOSIGNAL | MSG_DONTWAIT);

	return size == sizeof(*question) ? 0 : -EPIPE;
}

static int take(struct helper *helper, struct helper_answer *ret_answer, int flags)
{
	ssize_t size;

	do {
		size = recv(helper->fd, ret_answer, sizeof(*ret_answer), flags);
	} while (size < 0 && errno == EINTR);
	if (size < 0 && errno == EAGAIN)
		return -EAGAIN;
	if (size != sizeof(*ret_answer))
		return -EPIPE;
	ret_answer->text[sizeof(ret_answer->text) - 1] =
		ret_answer->size ? ret_answer->text[sizeof(ret_answer->text) - 1] : '\0';
	return ret_answer->err;
}

int helper_take(struct helper *helper, struct helper_answer *ret_answer)
{
	return take(helper, ret_answer, MSG_DONTWAIT);
}

int helper_ask(struct helper *helper, const struct helper_question *question,
	       struct helper_answer *ret_answer)
{
	if (send(helper->fd, question, sizeof(*question), MSG_NOSIGNAL) != sizeof(*question))
		return -EPIPE;
	return take(helper, ret_answer, 0);
}
