/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Holds many sockets open for a benchmark: many_sockets tcp|udp COUNT [PROCESSES]. Half of tcp's
 * are one end of a loopback connection each, the other half the other end. Says "ready" and ends
 * with its standard input.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
	fprintf(stderr, "many_sockets: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct sockaddr_in address(unsigned int process, unsigned int port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	in.sin_addr.s_addr = htonl(0x7f000001u + (process << 8));
	return in;
}

static int open_socket(int type)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail("socket");
	return fd;
}

static void open_connections(unsigned int process, unsigned int count)
{
	struct sockaddr_in in = address(process, 7);
	int listener = open_socket(SOCK_STREAM);

	if (bind(listener, (struct sockaddr *)&in, sizeof(in)) || listen(listener, 128))
		fail("listen");
	for (unsigned int i = 0; i < count / 2; i++) {
		int fd = open_socket(SOCK_STREAM);

		if (connect(fd, (struct sockaddr *)&in, sizeof(in)))
			fail("connect");
		if (accept(listener, NULL, NULL) < 0)
			fail("accept");
	}
}

static void open_datagrams(unsigned int process, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct sockaddr_in in = address(process, 1024 + i);

		if (bind(open_socket(SOCK_DGRAM), (struct sockaddr *)&in, sizeof(in)))
			fail("bind");
	}
}

static void run_process(int udp, unsigned int process, unsigned int count, int ready)
{
	struct rlimit limit = {count + 64, count + 64};
	char byte = 'r';

	if (setrlimit(RLIMIT_NOFILE, &limit))
		fail("setrlimit");
	if (udp)
		open_datagrams(process, count);
	else
		open_connections(process, count);
	if (write(ready, &byte, 1) != 1)
		fail("write");
	close(ready);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	_exit(0);
}

int main(int argc, char **argv)
{
	unsigned int count = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 10) : 0;
	unsigned int processes =
		argc > 3 ? (unsigned int)strtoul(argv[3], NULL, 10) : 1 + count / 20000;
	int ready[2], failed = 0, status;
	char byte;

	if (!count || !processes || (strcmp(argv[1], "tcp") && strcmp(argv[1], "udp"))) {
		fprintf(stderr, "usage: many_sockets tcp|udp COUNT [PROCESSES]\n");
		return 2;
	}
	if (pipe(ready))
		fail("pipe");
	for (unsigned int i = 0; i < processes; i++) {
		if (!fork())
			run_process(argv[1][0] == 'u', i, count / processes, ready[1]);
	}
	close(ready[1]);
	for (unsigned int i = 0; i < processes; i++)
		failed |= read(ready[0], &byte, 1) != 1;
	printf("%s\n", failed ? "failed" : "ready");
	fflush(stdout);
	while (wait(&status) > 0)
		failed |= status;
	return failed ? 1 : 0;
}
