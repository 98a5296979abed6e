/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The helper's process. Its life line is a pipe that only the parent holds open for writing: as soon
 * as that is closed the kernel sends SIGKILL. A signal of the parent's, its death signal included, is
 * refused where the child has become another user and the parent has dropped CAP_KILL; and a child
 * amid a call that waits, as for a name server, does not see its socket close.
 */
#ifndef PRIVILEGE_CHILD_H
#define PRIVILEGE_CHILD_H

#include <sys/socket.h>
#include <sys/types.h>

#include "privilege/helper.h"

/* What goes over the socket, in front of the data. */
struct question_head {
	uint32_t kind, index;
	uint64_t number;
	uint32_t turn; /* counts them */
	uint32_t pad;
	char text[sizeof(((struct helper_question *)0)->text)];
	char more[sizeof(((struct helper_question *)0)->more)];
};

union descriptor_message {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr aligned;
};

/* Does not return. */
void child_run(int fd, int line_fd, pid_t parent, helper_handler handler, void *context,
	       unsigned int also) __attribute__((noreturn));

/* Waits for the other side's byte. 0 or -EPIPE. */
int child_receive_byte(int fd);

#endif
