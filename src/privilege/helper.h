/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A child process that keeps its privileges and answers questions, so that the process which
 * decodes, keeps and prints what other users shape can drop its own (drop.h). Questions and answers
 * have a fixed size; the child ends with its parent. The handler runs in the child, on what the
 * child inherited by fork(2).
 */
#ifndef PRIVILEGE_HELPER_H
#define PRIVILEGE_HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HELPER_TEXT_SIZE 512
#define HELPER_DATA_SIZE 6144

struct helper_question {
	uint32_t kind; /* of the handler's closed list */
	uint32_t index;
	uint64_t number;
	char text[72]; /* with a NUL, as is `more` */
	char more[40];
	const void *data; /* `size` bytes, at most HELPER_DATA_SIZE; each side has its own copy */
	size_t size;
};

struct helper_answer {
	int32_t err;   /* 0 or -errno: the rest means nothing then */
	uint32_t size; /* of data */
	uint64_t number;
	bool more;     /* a part: others follow */
	bool waits;    /* and the handler waits until it is taken */
	bool with_fd;  /* comes with a descriptor, see helper_ask_fd() */
	uint32_t turn; /* the question's; filled in on the way */
	union {
		char text[HELPER_TEXT_SIZE]; /* with a NUL */
		unsigned char data[HELPER_DATA_SIZE];
		uint64_t aligned; /* handlers fill structures in place */
	};
};

/* Fills *ret_answer, which is all zero. An unknown kind is -ENOSYS. */
typedef void (*helper_handler)(void *context, const struct helper_question *question,
			       struct helper_answer *ret_answer);

struct helper; /* opaque */

/* What the handler may do beside reading: write another user's file, send any process a signal; become
 * another user, and nothing else. */
#define HELPER_WRITES 1
#define HELPER_SIGNALS 2
#define HELPER_BECOMES 4

/* `also`: HELPER_*. 0 or -errno. */
int helper_start(helper_handler handler, void *context, unsigned int also,
		 struct helper **ret_helper);
/* Ends the child and waits for it. */
void helper_stop(struct helper *helper);

/*
 * While this process waits for an answer or a part of one, `waiting` is called every HELPER_WAIT_MS with the
 * time since the last part. False: the child is given up; it ends, and every question fails from now on.
 */
#define HELPER_WAIT_MS 250
void helper_set_waiting(struct helper *helper,
			bool (*waiting)(void *context, unsigned int waited_ms), void *context);

/* Waits for the answer. 0, or -errno: the answer's, -EPIPE where the child is gone, -EBUSY amid another
 * question that waits (from its on_part() or from `waiting`). */
int helper_ask(struct helper *helper, const struct helper_question *question,
	       struct helper_answer *ret_answer);

/*
 * An answer in parts, each with `more` set, that the handler sends by helper_part(): on_part() gets each.
 * What the handler returns is the last one, *ret_answer.
 */
int helper_ask_parts(struct helper *helper, const struct helper_question *question,
		     void (*on_part)(void *context, const struct helper_answer *part),
		     void *context, struct helper_answer *ret_answer);
/* For the handler. False: nobody waits any more. */
bool helper_part(struct helper_answer *part);
/* The same; returns once all parts so far were taken. */
bool helper_part_wait(struct helper_answer *part);

/* An open descriptor that the handler gave to helper_give_fd(), now of this process; -errno. */
int helper_ask_fd(struct helper *helper, const struct helper_question *question);
/* For the handler: `fd` goes with the answer and is closed here; an -errno is the answer's error. */
void helper_give_fd(struct helper_answer *answer, int fd);

/*
 * Questions whose answers are wanted soon: the child works on them while this process does something
 * else, and neither sleeps between two. At most HELPER_AHEAD_MAX are under way, further ones are
 * -EAGAIN. The answers come in the order of the questions; helper_ask() may be called in between.
 */
#define HELPER_AHEAD_MAX 8
int helper_ask_ahead(struct helper *helper, const struct helper_question *question);
int helper_answer_ahead(struct helper *helper, struct helper_answer *ret_answer);

/*
 * The same without waiting: helper_send(), and once helper_fd() is readable helper_receive(), which is
 * -EAGAIN where there is no answer yet. One question at a time.
 */
int helper_send(struct helper *helper, const struct helper_question *question);
int helper_fd(const struct helper *helper); /* -1 without a child */
int helper_receive(struct helper *helper, struct helper_answer *ret_answer);
/* Ends a child that may be busy or stopped, without waiting for its answer. */
void helper_kill(struct helper *helper);

#endif
