/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The load of benchmarks and churn tests: loopback connections, each connect, accept, close,
 * without payload. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"

/* A closed side holds its port in TIME_WAIT for a minute: so many connections, then the next
 * listener's port. */
#define PER_LISTENER 20000
#define MAX_LISTENERS 64
#define MAX_CONNECTIONS 1000000000
#define BACKLOG 4096
/* connections that the client process has open: far less than would fill the accept queue */
#define MAX_OPEN 64

struct churn {
	uint64_t count;
	bool ipv6, fin, apart;
	int listeners[MAX_LISTENERS];
	struct sockaddr_in6 addresses[MAX_LISTENERS];
	unsigned int n_listeners;
};

static pid_t
	server_process; /* in the client process: would wait for ever for a client that failed */

static void die(const char *what)
{
	perror(what);
	if (server_process)
		kill(server_process, SIGTERM);
	exit(1);
}

static socklen_t address_size(const struct churn *churn)
{
	return churn->ipv6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

static void listen_all(struct churn *churn)
{
	churn->n_listeners = churn->fin ? (churn->count + PER_LISTENER - 1) / PER_LISTENER : 1;
	if (churn->n_listeners > MAX_LISTENERS) {
		fprintf(stderr, "churn: at most %d connections closed by FIN\n",
			PER_LISTENER * MAX_LISTENERS);
		exit(2);
	}
	for (unsigned int i = 0; i < churn->n_listeners; i++) {
		struct sockaddr_in6 *address = &churn->addresses[i];
		struct sockaddr_in *v4 = (struct sockaddr_in *)address;
		socklen_t size = address_size(churn);
		int fd = socket(churn->ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (churn->ipv6)
			*address = (struct sockaddr_in6){.sin6_family = AF_INET6,
							 .sin6_addr = IN6ADDR_LOOPBACK_INIT};
		else
			*v4 = (struct sockaddr_in){.sin_family = AF_INET,
						   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		if (fd < 0 || bind(fd, (struct sockaddr *)address, size) || listen(fd, BACKLOG) ||
		    getsockname(fd, (struct sockaddr *)address, &size))
			die("churn: listen");
		churn->listeners[i] = fd;
	}
}

static unsigned int listener_of(const struct churn *churn, uint64_t i)
{
	return churn->fin ? i / PER_LISTENER : 0;
}

static int connect_one(const struct churn *churn, uint64_t i)
{
	int fd = socket(churn->ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("churn: socket");
	/* the server may have reset it before connect() is back: established all the same */
	if (connect(fd, (const struct sockaddr *)&churn->addresses[listener_of(churn, i)],
		    address_size(churn)) &&
	    errno != ECONNRESET)
		die("churn: connect");
	return fd;
}

static int accept_one(const struct churn *churn, uint64_t i)
{
	int fd = accept4(churn->listeners[listener_of(churn, i)], NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		die("churn: accept");
	return fd;
}

static void close_one(const struct churn *churn, int fd)
{
	struct linger linger = {.l_onoff = 1};

	if (!churn->fin && setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		die("churn: SO_LINGER");
	close(fd);
}

static void churn_together(const struct churn *churn)
{
	for (uint64_t i = 0; i < churn->count; i++) {
		int client = connect_one(churn, i);
		int server = accept_one(churn, i);

		close_one(churn, client);
		close(server);
	}
}

/*
 * Closes a connection only when it has been accepted: a RST that overtakes the handshake's last
 * segment (another CPU's backlog) would end it before accept could see it.
 */
static void run_client(const struct churn *churn, const volatile uint64_t *accepted)
{
	uint64_t opened = 0, closed = 0;
	int open[MAX_OPEN];

	while (closed < churn->count) {
		if (opened < churn->count && opened - closed < MAX_OPEN) {
			open[opened % MAX_OPEN] = connect_one(churn, opened);
			opened++;
		} else if (closed == *accepted) {
			sched_yield();
		}
		for (; closed < *accepted; closed++)
			close_one(churn, open[closed % MAX_OPEN]);
	}
}

static void churn_apart(const struct churn *churn)
{
	volatile uint64_t *accepted = mmap(NULL, sizeof(*accepted), PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t client;

	if (accepted == MAP_FAILED)
		die("churn: mmap");
	client = fork();
	if (client < 0)
		die("churn: fork");
	if (!client) {
		prctl(PR_SET_NAME, "churn-client");
		server_process = getppid();
		run_client(churn, accepted);
		_exit(0);
	}
	for (uint64_t i = 0; i < churn->count; i++) {
		close_one(churn, accept_one(churn, i)); /* whoever is first resets: ESTABLISHED ->
							   CLOSE at both ends */
		*accepted = i + 1;
	}
	if (waitpid(client, &status, 0) < 0 || status)
		die("churn: client");
}

static int usage(void)
{
	fprintf(stderr, "usage: churn [-6] [-f] [-p] [-n COUNT]\n"
			"  -6  IPv6 instead of IPv4\n"
			"  -f  close by FIN instead of RST\n"
			"  -p  client and server are two processes instead of one thread\n"
			"  -n  connections (50000)\n");
	return 2;
}

static bool parse(int argc, char **argv, struct churn *churn)
{
	for (int c; (c = getopt(argc, argv, "6fpn:")) != -1;) {
		switch (c) {
		case '6':
			churn->ipv6 = true;
			break;
		case 'f':
			churn->fin = true;
			break;
		case 'p':
			churn->apart = true;
			break;
		case 'n':
			if (number_parse(optarg, MAX_CONNECTIONS, &churn->count))
				return false;
			break;
		default:
			return false;
		}
	}
	return churn->count && optind == argc;
}

int main(int argc, char **argv)
{
	struct churn churn = {.count = 50000};
	struct timespec begin, end;
	double seconds;

	if (!parse(argc, argv, &churn))
		return usage();
	listen_all(&churn);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (churn.apart)
		churn_apart(&churn);
	else
		churn_together(&churn);
	clock_gettime(CLOCK_MONOTONIC, &end);
	seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
	printf("%llu connections, %u listeners, %.6f s, %.0f/s\n", (unsigned long long)churn.count,
	       churn.n_listeners, seconds, (double)churn.count / seconds);
	return 0;
}
