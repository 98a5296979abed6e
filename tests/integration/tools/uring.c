/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Connects or accepts by io_uring, in the mode that is asked for, and says what it did; holds the
 * sockets until stdin ends. Prints "port N" once it listens, "ret N" for each result.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONNECT_DATA 0xc0 /* user_data of the connect */

struct mode {
	const char *name;
	unsigned int setup; /* IORING_SETUP_* */
	unsigned int sqe;   /* IOSQE_* */
	bool multishot;
	unsigned int place; /* in the ring's own table of files: from 1; 0: not there */
};

#define FIXED_FILES 16

static const struct mode modes[] = {
	{"inline", 0, 0, false, 0},
	{"async", 0, IOSQE_ASYNC, false, 0},
	{"sqpoll", IORING_SETUP_SQPOLL, 0, false, 0},
	{"defer", IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, 0, false, 0},
	{"multishot", 0, 0, true, 0},
	{"fixed", 0, IOSQE_FIXED_FILE, false, 8},
	{"direct", 0, 0, false, IORING_FILE_INDEX_ALLOC},
	{"direct-place", 0, IOSQE_ASYNC, false, 8},
	{"multishot-direct", 0, 0, true, IORING_FILE_INDEX_ALLOC},
};

static void die(const char *what, int err)
{
	fprintf(stderr, "uring: %s: %s\n", what, strerror(err));
	exit(1);
}

static const struct mode *find_mode(const char *name)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!strcmp(modes[i].name, name))
			return &modes[i];
	}
	die(name, EINVAL);
	return NULL;
}

static int next_result(struct io_uring *ring)
{
	struct io_uring_cqe *cqe;
	int err = io_uring_wait_cqe(ring, &cqe);
	int result;

	if (err)
		die("wait", -err);
	result = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return result;
}

static void use_table(struct io_uring *ring)
{
	int err = io_uring_register_files_sparse(ring, FIXED_FILES);

	if (err)
		die("register files", -err);
}

static void submit(struct io_uring *ring)
{
	int submitted = io_uring_submit(ring);

	if (submitted < 0)
		die("submit", -submitted);
}

/* Takes it back after so long: the socket goes on. */
static void cancel_after(struct io_uring *ring, long ms)
{
	struct __kernel_timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqe;

	if (!io_uring_wait_cqe_timeout(ring, &cqe, &wait))
		return;
	sqe = io_uring_get_sqe(ring);
	io_uring_prep_cancel64(sqe, CONNECT_DATA, 0);
	sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
	submit(ring);
}

static void run_connect(struct io_uring *ring, const struct mode *mode, const char *address,
			int port, long cancel_ms)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1)
		die(address, EINVAL);
	if (mode->place) {
		use_table(ring);
		if (io_uring_register_files_update(ring, mode->place - 1, &fd, 1) != 1)
			die("register", EINVAL);
	}
	io_uring_prep_connect(sqe, mode->place ? (int)mode->place - 1 : fd, (struct sockaddr *)&to,
			      sizeof(to));
	io_uring_sqe_set_flags(sqe, mode->sqe);
	io_uring_sqe_set_data64(sqe, CONNECT_DATA);
	submit(ring);
	if (cancel_ms)
		cancel_after(ring, cancel_ms);
	printf("fd %d\nret %d\n", fd, next_result(ring));
}

static void run_accept(struct io_uring *ring, const struct mode *mode, int port, int count)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_ANY),
				 .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 16))
		die("listen", errno);
	if (mode->place)
		use_table(ring);
	printf("port %d\n", port);
	for (int i = 0; i < count; i++) {
		if (!i || !mode->multishot) {
			struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

			if (mode->multishot)
				io_uring_prep_multishot_accept(sqe, fd, NULL, NULL, 0);
			else
				io_uring_prep_accept(sqe, fd, NULL, NULL, 0);
			io_uring_sqe_set_flags(sqe, mode->sqe);
			io_uring_sqe_set_data64(sqe, 0x5eed);
			sqe->file_index = mode->place;
			if (mode->place && mode->place < FIXED_FILES)
				sqe->file_index += (unsigned int)i;
			submit(ring);
		}
		printf("ret %d\n", next_result(ring));
	}
}

int main(int argc, char **argv)
{
	struct io_uring ring;
	const struct mode *mode;
	char byte;
	int err;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 5 && argc != 6) {
		fprintf(stderr,
			"usage: uring connect MODE ADDRESS PORT [CANCEL_MS] | uring accept MODE PORT COUNT\n");
		return 2;
	}
	mode = find_mode(argv[2]);
	err = io_uring_queue_init(8, &ring, mode->setup);
	if (err)
		die("io_uring", -err);
	if (!strcmp(argv[1], "connect"))
		run_connect(&ring, mode, argv[3], atoi(argv[4]), argc > 5 ? atol(argv[5]) : 0);
	else
		run_accept(&ring, mode, atoi(argv[3]), atoi(argv[4]));
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}
