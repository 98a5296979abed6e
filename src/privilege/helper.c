/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions to a child process that keeps its privileges. */
#include "privilege/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "privilege/child.h"

struct helper {
	pid_t pid;
	int pid_fd; /* -1: before Linux 5.3 */
	int fd, line_fd;
	struct helper *next;
	bool (*waiting)(void *context, unsigned int waited_ms);
	void *waiting_context;
	uint64_t due_ns; /* when to call that though parts come */
	bool given_up;
	bool asking;	  /* amid a question that waits */
	uint32_t last;	  /* turn of the last question */
	uint32_t awaited; /* ... and of the one that is answered next */
	/* Of helper_ask_ahead(): answers that are to come or lie here, and how many lie here. */
	unsigned int ahead, came, first;
	struct helper_answer early[HELPER_AHEAD_MAX];
};

static struct helper *helpers; /* of this process */

/* What a later child holds open of an earlier one would keep that one alive. */
static void close_others(void)
{
	for (const struct helper *other = helpers; other; other = other->next) {
		close(other->fd);
		close(other->line_fd);
	}
}

static int open_pairs(int socks[2], int line[2])
{
	int err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, socks))
		return -errno;
	if (!pipe2(line, O_CLOEXEC))
		return 0;
	err = -errno;
	close(socks[0]);
	close(socks[1]);
	return err;
}

int helper_start(helper_handler handler, void *context, unsigned int also,
		 struct helper **ret_helper)
{
	struct helper *helper = calloc(1, sizeof(*helper));
	pid_t parent = getpid();
	int socks[2], line[2];
	int err = helper ? open_pairs(socks, line) : -ENOMEM;

	if (err) {
		free(helper);
		return err;
	}
	helper->pid = fork();
	if (!helper->pid) {
		close(socks[0]);
		close(line[1]);
		close_others();
		child_run(socks[1], line[0], parent, handler, context, also);
	}
	close(socks[1]);
	close(line[0]);
	helper->fd = socks[0];
	helper->line_fd = line[1];
	helper->next = helpers;
	helpers = helper;
	helper->pid_fd = helper->pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, helper->pid, 0);
	if (helper->pid < 0 ||
	    child_receive_byte(helper->fd)) { /* it has given up what it can by then */
		err = helper->pid < 0 ? -EAGAIN : -EPIPE;
		helper_stop(helper);
		return err;
	}
	*ret_helper = helper;
	return 0;
}

static void forget(const struct helper *helper)
{
	struct helper **at = &helpers;

	while (*at != helper)
		at = &(*at)->next;
	*at = helper->next;
}

void helper_stop(struct helper *helper)
{
	if (!helper)
		return;
	close(helper->fd);
	while (helper->pid > 0 && waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (helper->pid_fd >= 0)
		close(helper->pid_fd);
	if (helper->line_fd >= 0)
		close(helper->line_fd);
	forget(helper);
	free(helper);
}

/* kill(2) is refused once privileges are dropped, since it reaches any process. */
static void end_child(struct helper *helper)
{
	close(helper->line_fd);
	helper->line_fd = -1;
	if (helper->pid_fd >= 0)
		syscall(SYS_pidfd_send_signal, helper->pid_fd, SIGKILL, NULL, 0);
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

/* 0 once it is readable, -EPIPE where it was given up. Parts may come so fast that it always is. */
static int wait_for(struct helper *helper)
{
	struct pollfd ready = {.fd = helper->fd, .events = POLLIN};
	unsigned int ms = 0;

	while (!poll(&ready, 1, HELPER_WAIT_MS) || clock_monotonic_ns() > helper->due_ns) {
		if (!helper->waiting(helper->waiting_context, ms += HELPER_WAIT_MS)) {
			helper->given_up = true;
			end_child(helper);
			return -EPIPE;
		}
		helper->due_ns = clock_monotonic_ns() + HELPER_WAIT_MS * 1000000ULL;
	}
	return 0;
}

int helper_fd(const struct helper *helper)
{
	return helper ? helper->fd : -1;
}

static int put_question(struct helper *helper, const struct helper_question *question, int flags)
{
	struct question_head head = {.kind = question->kind,
				     .index = question->index,
				     .number = question->number,
				     .turn = helper->last + 1};
	struct iovec parts[] = {{&head, sizeof(head)}, {(void *)question->data, question->size}};
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	memcpy(head.text, question->text, sizeof(head.text));
	memcpy(head.more, question->more, sizeof(head.more));
	if (helper->asking)
		return -EBUSY;
	if (helper->given_up || sendmsg(helper->fd, &message, MSG_NOSIGNAL | flags) !=
					(ssize_t)(sizeof(head) + question->size))
		return -EPIPE;
	helper->last++;
	return 0;
}

/* From now on only its answer counts: what is left of a question that was given up is passed over. */
static void begin_asking(struct helper *helper)
{
	helper->awaited = helper->last;
	helper->asking = true;
}

static int end_asking(struct helper *helper, int err)
{
	helper->asking = false;
	helper->awaited = helper->last + 1;
	return err;
}

/* One that is left of an earlier question. */
static bool is_stale(const struct helper *helper, const struct helper_answer *answer)
{
	return (int32_t)(answer->turn - helper->awaited) < 0;
}

static int receive(struct helper *helper, struct helper_answer *ret_answer, int flags)
{
	ssize_t size;

	do {
		if (helper->given_up || (helper->waiting && !flags && wait_for(helper)))
			return -EPIPE;
		do {
			size = recv(helper->fd, ret_answer, sizeof(*ret_answer), flags);
		} while (size < 0 && errno == EINTR);
		if (size != sizeof(*ret_answer))
			return size < 0 && errno == EAGAIN ? -EAGAIN : -EPIPE;
	} while (is_stale(helper, ret_answer));
	helper->awaited = ret_answer->turn + !ret_answer->more;
	ret_answer->text[sizeof(ret_answer->text) - 1] =
		ret_answer->size ? ret_answer->text[sizeof(ret_answer->text) - 1] : '\0';
	return ret_answer->err;
}

/* What was asked ahead is answered first: it is kept. */
static int send_question(struct helper *helper, const struct helper_question *question, int flags)
{
	while (!helper->asking && helper->came < helper->ahead) {
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

	if (err)
		return err;
	begin_asking(helper);
	return end_asking(helper, receive(helper, ret_answer, 0));
}

static int receive_parts(struct helper *helper,
			 void (*on_part)(void *context, const struct helper_answer *part),
			 void *context, struct helper_answer *ret_answer)
{
	int err = receive(helper, ret_answer, 0);

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

int helper_ask_parts(struct helper *helper, const struct helper_question *question,
		     void (*on_part)(void *context, const struct helper_answer *part),
		     void *context, struct helper_answer *ret_answer)
{
	int err = send_question(helper, question, 0);

	if (err)
		return err;
	begin_asking(helper);
	return end_asking(helper, receive_parts(helper, on_part, context, ret_answer));
}

static int receive_fd(struct helper *helper)
{
	struct helper_answer answer = {};
	struct iovec part = {&answer, sizeof(answer)};
	union descriptor_message room = {};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &room,
				 .msg_controllen = sizeof(room)};
	ssize_t size;
	int fd;

	do {
		if (helper->waiting && wait_for(helper))
			return -EPIPE;
		do {
			size = recvmsg(helper->fd, &message, MSG_CMSG_CLOEXEC);
		} while (size < 0 && errno == EINTR);
		if (size != sizeof(answer))
			return -EPIPE;
	} while (is_stale(helper, &answer));
	helper->awaited = answer.turn + 1;
	if (answer.err || !answer.with_fd || !CMSG_FIRSTHDR(&message))
		return answer.err ? answer.err : -EPROTO;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

int helper_ask_fd(struct helper *helper, const struct helper_question *question)
{
	int err = send_question(helper, question, 0);

	if (err)
		return err;
	begin_asking(helper);
	return end_asking(helper, receive_fd(helper));
}
