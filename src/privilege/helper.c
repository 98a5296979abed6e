/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions to a child process that keeps its privileges. */
#include "privilege/helper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "privilege/drop.h"

struct helper {
	pid_t pid;
	int pid_fd; /* -1: before Linux 5.3 */
	int fd;
	bool (*waiting)(void *context, unsigned int waited_ms);
	void *waiting_context;
	bool given_up;
	/* Of helper_ask_ahead(): answers that are to come or lie here, and how many lie here. */
	unsigned int ahead, came, first;
	struct helper_answer early[HELPER_AHEAD_MAX];
};

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

/* Of the child: whom it answers, and what goes with the next answer. */
static int served_fd = -1, given_fd = -1;

/* What goes over the socket, in front of the data. */
struct question_head {
	uint32_t kind, index;
	uint64_t number;
	char text[sizeof(((struct helper_question *)0)->text)];
	char more[sizeof(((struct helper_question *)0)->more)];
};

union descriptor_message {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr aligned;
};

static bool send_answer(struct helper_answer *answer)
{
	struct iovec part = {answer, sizeof(*answer)};
	union descriptor_message room = {};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t size;

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

static int receive_byte(int fd)
{
	ssize_t size;
	char byte;

	do {
		size = recv(fd, &byte, 1, 0);
	} while (size < 0 && errno == EINTR);
	return size == 1 ? 0 : -EPIPE;
}

bool helper_part_wait(struct helper_answer *part)
{
	bool sent;

	part->waits = true;
	sent = helper_part(part);
	part->waits = false;
	return sent && !receive_byte(served_fd);
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

static void run_child(int fd, pid_t parent, helper_handler handler, void *context,
		      unsigned int also)
{
	served_fd = fd;
	ignore_signals();
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

int helper_start(helper_handler handler, void *context, unsigned int also,
		 struct helper **ret_helper)
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
		run_child(pair[1], parent, handler, context, also);
	}
	close(pair[1]);
	helper->fd = pair[0];
	helper->pid_fd = (int)syscall(SYS_pidfd_open, helper->pid, 0);
	if (helper->pid < 0) {
		close(pair[0]);
		free(helper);
		return -EAGAIN;
	}
	if (receive_byte(helper->fd)) { /* the child has given up what it does not need */
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
	if (helper->pid_fd >= 0)
		close(helper->pid_fd);
	free(helper);
}

/* By the descriptor: kill(2) is refused once privileges are dropped, since it reaches any process. */
static void end_child(const struct helper *helper)
{
	if (helper->pid_fd >= 0)
		syscall(SYS_pidfd_send_signal, helper->pid_fd, SIGKILL, NULL, 0);
	else
		kill(helper->pid, SIGKILL);
}

void helper_kill(struct helper *helper)
{
	if (helper)
		end_child(helper);
	helper_stop(helper);
}

void helper_set_waiting(struct helper *helper,
			bool (*waiting)(void *context, unsigned int waited_ms), void *context)
{
	helper->waiting = waiting;
	helper->waiting_context = context;
}

/* 0 once it is readable, -EPIPE where it was given up. */
static int wait_for(struct helper *helper)
{
	struct pollfd ready = {.fd = helper->fd, .events = POLLIN};

	for (unsigned int ms = 0; poll(&ready, 1, HELPER_WAIT_MS) <= 0;) {
		ms += HELPER_WAIT_MS;
		if (helper->waiting(helper->waiting_context, ms))
			continue;
		helper->given_up = true;
		end_child(helper);
		return -EPIPE;
	}
	return 0;
}

int helper_fd(const struct helper *helper)
{
	return helper ? helper->fd : -1;
}

static int put_question(struct helper *helper, const struct helper_question *question, int flags)
{
	struct question_head head = {question->kind, question->index, question->number, {}, {}};
	struct iovec parts[] = {{&head, sizeof(head)}, {(void *)question->data, question->size}};
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	memcpy(head.text, question->text, sizeof(head.text));
	memcpy(head.more, question->more, sizeof(head.more));
	return !helper->given_up && sendmsg(helper->fd, &message, MSG_NOSIGNAL | flags) ==
					    (ssize_t)(sizeof(head) + question->size)
		       ? 0
		       : -EPIPE;
}

static int receive(struct helper *helper, struct helper_answer *ret_answer, int flags)
{
	ssize_t size;

	if (helper->given_up || (helper->waiting && !flags && wait_for(helper)))
		return -EPIPE;
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

/* What was asked ahead is answered first: it is kept. */
static int send_question(struct helper *helper, const struct helper_question *question, int flags)
{
	while (helper->came < helper->ahead) {
		struct helper_answer *early =
			&helper->early[(helper->first + helper->came++) % HELPER_AHEAD_MAX];
		int err = receive(helper, early, 0);

		if (err)
			early->err = err;
	}
	return put_question(helper, question, flags);
}

int helper_ask_ahead(struct helper *helper, const struct helper_question *question)
{
	int err = helper->ahead < HELPER_AHEAD_MAX ? put_question(helper, question, 0) : -EAGAIN;

	helper->ahead += !err;
	return err;
}

int helper_answer_ahead(struct helper *helper, struct helper_answer *ret_answer)
{
	if (!helper->ahead)
		return -EPROTO;
	helper->ahead--;
	if (!helper->came)
		return receive(helper, ret_answer, 0);
	*ret_answer = helper->early[helper->first];
	helper->came--;
	helper->first = (helper->first + 1) % HELPER_AHEAD_MAX;
	return ret_answer->err;
}

int helper_send(struct helper *helper, const struct helper_question *question)
{
	return send_question(helper, question, MSG_DONTWAIT);
}

int helper_receive(struct helper *helper, struct helper_answer *ret_answer)
{
	return receive(helper, ret_answer, MSG_DONTWAIT);
}

int helper_ask(struct helper *helper, const struct helper_question *question,
	       struct helper_answer *ret_answer)
{
	int err = send_question(helper, question, 0);

	return err ? err : receive(helper, ret_answer, 0);
}

int helper_ask_parts(struct helper *helper, const struct helper_question *question,
		     void (*on_part)(void *context, const struct helper_answer *part),
		     void *context, struct helper_answer *ret_answer)
{
	int err = helper_ask(helper, question, ret_answer);

	while (!err && ret_answer->more) {
		if (ret_answer->size > HELPER_DATA_SIZE)
			return -EPROTO;
		on_part(context, ret_answer);
		if (ret_answer->waits && send(helper->fd, "", 1, MSG_NOSIGNAL) != 1)
			return -EPIPE;
		err = receive(helper, ret_answer, 0);
	}
	return err;
}

int helper_ask_fd(struct helper *helper, const struct helper_question *question)
{
	struct helper_answer answer = {};
	struct iovec part = {&answer, sizeof(answer)};
	union descriptor_message room = {};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &room,
				 .msg_controllen = sizeof(room)};
	int err = send_question(helper, question, 0), fd;
	ssize_t size;

	if (!err && helper->waiting)
		err = wait_for(helper);
	if (err)
		return err;
	do {
		size = recvmsg(helper->fd, &message, MSG_CMSG_CLOEXEC);
	} while (size < 0 && errno == EINTR);
	if (size != sizeof(answer))
		return -EPIPE;
	if (answer.err || !answer.with_fd || !CMSG_FIRSTHDR(&message))
		return answer.err ? answer.err : -EPROTO;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}
