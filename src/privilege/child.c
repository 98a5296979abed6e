/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The helper's process: gives up what it does not need, then answers until nobody asks. */
#include "privilege/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "privilege/drop.h"

/* What steers the parent by the terminal or by its unit reaches the child, too: the parent decides
 * when both end. */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGINT,  SIGTERM, SIGHUP,	 SIGQUIT,
				      SIGUSR1, SIGUSR2, SIGPIPE, SIGTSTP};
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
	sigset_t none;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		signal(crashes[i], SIG_DFL); /* the terminal is the parent's */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* From now on the process ends when the last writer of this pipe has gone. False: it has by now. The
 * kernel checks whoever asked for the signal, this process while it still is root, not who closes the pipe. */
static bool hold_line(int fd)
{
	struct pollfd line = {.fd = fd};

	fcntl(fd, F_SETSIG, SIGKILL);
	fcntl(fd, F_SETOWN, getpid());
	fcntl(fd, F_SETFL, O_RDONLY | O_ASYNC);
	return !(poll(&line, 1, 0) > 0 && line.revents & POLLHUP);
}

/* Of the child: whom it answers, and what goes with the next answer. */
static int served_fd = -1, given_fd = -1;
static uint32_t served_turn;

static bool send_answer(struct helper_answer *answer)
{
	struct iovec part = {answer, sizeof(*answer)};
	union descriptor_message room = {};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t size;

	answer->turn = served_turn;
	answer->with_fd = given_fd >= 0;
	if (given_fd >= 0) {
		message.msg_control = &room;
		message.msg_controllen = sizeof(room);
		*CMSG_FIRSTHDR(&message) = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)),
							    .cmsg_level = SOL_SOCKET,
							    .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &given_fd, sizeof(given_fd));
	}
	size = sendmsg(served_fd, &message, MSG_NOSIGNAL);
	if (given_fd >= 0)
		close(given_fd);
	given_fd = -1;
	return size == (ssize_t)sizeof(*answer);
}

bool helper_part(struct helper_answer *part)
{
	part->more = true;
	return send_answer(part);
}

bool helper_part_wait(struct helper_answer *part)
{
	bool sent;

	part->waits = true;
	sent = helper_part(part);
	part->waits = false;
	return sent && !child_receive_byte(served_fd);
}

void helper_give_fd(struct helper_answer *answer, int fd)
{
	given_fd = fd;
	answer->err = fd < 0 ? fd : 0;
}

/* False: nobody asks any more. A question that is cut is -EINVAL to who asked. */
static bool receive_question(struct helper_question *ret_question, bool *ret_whole)
{
	static _Alignas(uint64_t) unsigned char data[HELPER_DATA_SIZE];
	struct question_head head = {};
	struct iovec parts[] = {{&head, sizeof(head)}, {data, sizeof(data)}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t size;

	do {
		size = recvmsg(served_fd, &message, 0);
	} while (size < 0 && errno == EINTR);
	if (size <= 0)
		return false;
	*ret_whole = (size_t)size >= sizeof(head) && !(message.msg_flags & MSG_TRUNC);
	served_turn = head.turn;
	*ret_question = (struct helper_question){
		.kind = head.kind,
		.index = head.index,
		.number = head.number,
		.data = data,
		.size = *ret_whole ? (size_t)size - sizeof(head) : 0,
	};
	memcpy(ret_question->text, head.text, sizeof(head.text) - 1);
	memcpy(ret_question->more, head.more, sizeof(head.more) - 1);
	return true;
}

static void serve(helper_handler handler, void *context)
{
	struct helper_question question;
	struct helper_answer answer;
	bool whole;

	while (receive_question(&question, &whole)) {
		memset(&answer, 0, sizeof(answer));
		if (whole)
			handler(context, &question, &answer);
		else
			answer.err = -EINVAL;
		answer.more = answer.waits = false;
		if (!send_answer(&answer))
			return;
	}
}

int child_receive_byte(int fd)
{
	ssize_t size;
	char byte;

	do {
		size = recv(fd, &byte, 1, 0);
	} while (size < 0 && errno == EINTR);
	return size == 1 ? 0 : -EPIPE;
}

void child_run(int fd, int line_fd, pid_t parent, helper_handler handler, void *context,
	       unsigned int also)
{
	served_fd = fd;
	ignore_signals();
	if (!hold_line(line_fd))
		_exit(0);
	prctl(PR_SET_NAME, "netstate-helper");
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (also & HELPER_BECOMES)
		privilege_become();
	else
		privilege_reduce(also & HELPER_WRITES, also & HELPER_SIGNALS);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Another parent: the real one exited before its death signal was set. */
	if (getppid() == parent && send(fd, "", 1, MSG_NOSIGNAL) == 1)
		serve(handler, context);
	_exit(0);
}
